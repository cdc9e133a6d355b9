import Crypto
package import DomainsAndUsers
import Filtering
import Logging
import Mail
package import MessageLog
package import Metrics
import NIOCore
import Reception
import SMTP
import Settings
package import SharedFolders

/// Takes attachments out of messages when checks or rules want it: they are written down, made durable in the folder Attachments, and the
/// content that came is replaced by the one without them, before it is signed. What becomes of the message afterwards harms nobody: files
/// of a message that was not accepted in the end expire like the others, and no file is without a row.
package struct AttachmentStripping: Sendable {
    let folder: AttachmentFolder
    let store: any StrippedAttachmentStore
    let keys: any LinkKeyStore
    /// Where links lead unless the settings say otherwise.
    let ownURL: @Sendable () -> String
    private let metrics: StrippingMetrics
    /// Room for the contents that are being rewritten: as they came, twice while they are read, and one decoded attachment.
    private let budget = MemoryBudget(limit: rewrittenBytes)

    private static let rewrittenBytes = 256 << 20
    private static let copies = 3
    /// Of a finding; the list of stripped attachments has the rest.
    private static let namedFiles = 5

    /// Answered when attachments could not be made durable; the client comes again.
    static let notStored = SMTPReply(451, .systemTemporary, "The attachments could not be stored; please try again later")

    package init(
        folder: AttachmentFolder, store: any StrippedAttachmentStore, keys: any LinkKeyStore, ownURL: @escaping @Sendable () -> String,
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.folder = folder
        self.store = store
        self.keys = keys
        self.ownURL = ownURL
        metrics = StrippingMetrics(factory: factory)
    }

    /// The message to go on with, and what is written down of it.
    struct Stripped: Sendable {
        let message: ReceivedMessage
        var finding: MessageJudgement.Finding?
        /// Of what was written down.
        var rows: [RecordIdentifier] = []
    }

    /// Which parts are to be taken out; empty when none are.
    static func parts(_ judged: FlowFilter.Outcome?) -> Set<Int> {
        guard let judged, !judged.marks.isEmpty else { return [] }
        // What nobody gets before an administrator or its recipient looked at it stays whole.
        if judged.quarantine != nil, judged.kept == nil { return [] }
        return judged.marks.reduce(into: []) { if case .strip(let parts) = $1 { $0.formUnion(parts) } }
    }

    /// - Returns: `nil` when the message cannot be had without them at present, and the client has to come again.
    func apply(
        _ message: ReceivedMessage, _ header: MessageLogHeader, parts: Set<Int>, isPartlyKept: Bool, in messageData: MessageDataFolder,
        limit: Duration, logger: Logger
    ) async -> Stripped? {
        let settings = message.connection.settings.settings
        do {
            return try await stripped(
                message, Envelope(message, header, isPartlyKept: isPartlyKept), parts, in: messageData, limit: limit, logger: logger)
        } catch {
            metrics.failed()
            logger.error(
                "attachments could not be stored",
                metadata: [
                    "message": "\(message.transaction.identifier)", "cause": "\(error)",
                    "consequence": "\(settings.stripping.unavailable.rawValue)",
                ])
        }
        switch settings.stripping.unavailable {
        case .tryLater: return nil
        case .pass:
            let text = LocalizedText(
                "Attachments could not be stored: the message was passed whole.", ja: "添付ファイルを保存できないため、分離せずに通しました。")
            return Stripped(message: message, finding: Self.finding(text))
        }
    }

    private enum Failure: Error {
        case noMemory
        case unreadable
        case notRewritten
    }

    private func stripped(
        _ message: ReceivedMessage, _ envelope: Envelope, _ parts: Set<Int>, in messageData: MessageDataFolder, limit: Duration,
        logger: Logger
    ) async throws -> Stripped {
        let started = ContinuousClock.now
        func left() -> Duration { max(.milliseconds(100), limit - started.duration(to: .now)) }
        let room = message.sizeBytes * Self.copies
        guard budget.reserve(room) else { throw Failure.noMemory }
        defer { budget.release(room) }
        let content = try await message.content.bytes(upTo: message.sizeBytes, deadline: limit)
        guard let wanted = await Self.plan(content, parts) else { throw Failure.unreadable }
        var rows: [StrippedAttachment] = []
        for part in wanted { rows.append(await Self.row(part, envelope)) }
        let key = try await keys.currentLinkKey(at: envelope.at)
        // The rows first: a file that nobody knows of would stay for ever.
        try await store.insert(rows)
        let rewritten: ReceivedMessage
        do {
            for (part, row) in zip(wanted, rows) { try await folder.store(Self.body(part), as: row.identifier, deadline: left()) }
            rewritten = try await replaced(message, content, wanted, notes(rows, key, message), in: messageData)
        } catch {
            // Nobody has a link to them.
            await discard(rows.map(\.identifier), logger: logger)
            throw error
        }
        metrics.stripped(rows)
        let names = rows.prefix(Self.namedFiles).map { "\($0.name.isEmpty ? $0.mediaType : $0.name.cut(to: 60)) (\($0.sizeBytes))" }
        let list = names.joined(separator: ", ") + (rows.count > Self.namedFiles ? ", … \(rows.count)" : "")
        let finding = Self.finding(LocalizedText("Attachments taken out (bytes): \(list).", ja: "分離した添付ファイル（バイト）: \(list)"))
        return Stripped(message: rewritten, finding: finding, rows: rows.map(\.identifier))
    }

    /// Lets what was taken out of a message expire that was not accepted: its client comes again, and then it is taken out anew.
    func discard(_ rows: [RecordIdentifier], logger: Logger) async {
        guard !rows.isEmpty else { return }
        do throws(MessageLogError) {
            try await store.discardStripped(rows)
        } catch {
            logger.warning("attachments of a message that was not accepted stay until they expire", metadata: ["cause": "\(error)"])
        }
    }

    private static func finding(_ text: LocalizedText) -> MessageJudgement.Finding {
        MessageJudgement.Finding(
            check: AttachmentStrip.checkName, outcome: .found, weight: .score, score: .zero, microseconds: 0, text: text)
    }

    private func notes(_ rows: [StrippedAttachment], _ key: LinkKey, _ message: ReceivedMessage) -> [String] {
        let settings = message.connection.settings.settings
        let base = settings.web.publicURL.isEmpty ? ownURL() : settings.web.publicURL
        let language = StrippedNote.language(of: message.transaction.recipients.map(\.address), settings)
        return rows.map { StrippedNote(row: $0, key: key, base: base).text(language) }
    }

    /// In pieces of the content that came: it is not in memory once more.
    private func replaced(
        _ message: ReceivedMessage, _ content: ByteBuffer, _ parts: [MIMEPart], _ texts: [String], in folder: MessageDataFolder
    ) async throws -> ReceivedMessage {
        let writer = folder.makeWriter(message.transaction.identifier, isRewritten: true)
        for piece in AttachmentStrip.pieces(replacing: parts, with: texts) {
            let chunk: ByteBuffer
            switch piece {
            case .own(let bytes): chunk = ByteBuffer(bytes: bytes)
            case .kept(let range):
                guard let slice = content.getSlice(at: content.readerIndex + range.lowerBound, length: range.count) else {
                    writer.abandon()
                    throw Failure.notRewritten
                }
                chunk = slice
            }
            if case .failed(let error) = writer.append(chunk, drained: { _ in }) {
                writer.abandon()
                throw error
            }
        }
        message.content.abandon()
        let header =
            parts.first { $0.index == 0 }.map { ByteBuffer(bytes: AttachmentStrip.header($0).dropLast(2)) } ?? message.header
        return ReceivedMessage(
            transaction: message.transaction, connection: message.connection, content: writer, sizeBytes: writer.byteCount,
            header: header, hasEightBitData: message.hasEightBitData, receivedFieldCount: message.receivedFieldCount)
    }

    /// What is written down of the message an attachment came with.
    private struct Envelope: Sendable {
        let message: RecordIdentifier
        let sender: String
        let recipients: String
        let subject: String
        let at: UTCTime
        let expiresAt: UTCTime

        /// - Parameter isPartlyKept: the quarantine keeps copies whose recipients need the links only once they are released.
        init(_ message: ReceivedMessage, _ header: MessageLogHeader, isPartlyKept: Bool) {
            let settings = message.connection.settings.settings
            let days = settings.stripping.keepDays + (isPartlyKept ? settings.quarantine.keepDays : 0)
            let now = UTCTime.now()
            let maximum = StrippedAttachment.maximumTextBytes
            self.message = message.transaction.identifier
            sender = (message.transaction.reversePath.address?.description ?? "").cut(to: maximum)
            recipients = message.transaction.recipients.prefix(5).map(\.address.description).joined(separator: ", ").cut(to: maximum)
            subject = header.subject.cut(to: maximum)
            at = now
            expiresAt = now.advanced(by: min(.seconds(days * 86_400), StrippedAttachment.longestKeeping))
        }
    }

    /// Work in proportion to the message: not on the session's event loop.
    @concurrent
    private static func plan(_ content: ByteBuffer, _ parts: Set<Int>) async -> [MIMEPart]? {
        let structure = MessageReader().read(Array(content.readableBytesView))
        guard case .parts(let wanted) = AttachmentStrip.plan(structure, parts: parts, maximumParts: .max) else { return nil }
        return wanted
    }

    @concurrent
    private static func row(_ part: MIMEPart, _ envelope: Envelope) async -> StrippedAttachment {
        let bytes = part.decodedBody().bytes
        let digest = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return StrippedAttachment(
            identifier: RecordIdentifier(milliseconds: envelope.at.milliseconds), message: envelope.message,
            name: AttachmentName.plain(part.fileNames.first ?? ""), mediaType: AttachmentName.mediaType(part.contentType.mediaType),
            sizeBytes: bytes.count, digest: digest, sender: envelope.sender, recipients: envelope.recipients, subject: envelope.subject,
            createdAt: envelope.at, expiresAt: envelope.expiresAt)
    }

    /// Decoded once more: all of them at once might be far more than the message.
    @concurrent
    private static func body(_ part: MIMEPart) async -> [UInt8] { part.decodedBody().bytes }
}

extension InboundMailFlow {
    /// Without the attachments that checks and rules want taken out; `nil` when that is not possible at present.
    func stripped(
        _ message: ReceivedMessage, _ header: MessageLogHeader, _ judged: FlowFilter.Outcome?, limit: Duration
    ) async -> AttachmentStripping.Stripped? {
        let parts = AttachmentStripping.parts(judged)
        guard let stripping, !parts.isEmpty else { return AttachmentStripping.Stripped(message: message) }
        return await stripping.apply(
            message, header, parts: parts, isPartlyKept: judged?.kept != nil, in: folder, limit: limit, logger: logger)
    }

    /// The same flow, with attachments taken out where checks and rules want it.
    package func stripping(by stripping: AttachmentStripping) -> InboundMailFlow {
        var flow = self
        flow.stripping = stripping
        return flow
    }
}
