import Crypto
package import DomainsAndUsers
import Filtering
import Logging
import Mail
package import MessageLog
import NIOCore
import Reception
import Settings
package import SharedFolders

/// Takes attachments out of messages when content rules want it: they are made durable in the folder Attachments and written down, and the
/// content that came is replaced by the one without them, before it is signed. What becomes of the message afterwards harms nobody: files of
/// a message that was not accepted in the end expire like the others.
package struct AttachmentStripping: Sendable {
    let folder: AttachmentFolder
    let store: any StrippedAttachmentStore
    let keys: any LinkKeyStore
    /// Where links lead unless the settings say otherwise.
    let ownURL: @Sendable () -> String
    /// Room for the contents that are being rewritten: as they came, decoded, and rewritten.
    private let budget = MemoryBudget(limit: rewrittenBytes)

    private static let rewrittenBytes = 256 << 20
    private static let copies = 3

    package init(
        folder: AttachmentFolder, store: any StrippedAttachmentStore, keys: any LinkKeyStore, ownURL: @escaping @Sendable () -> String
    ) {
        self.folder = folder
        self.store = store
        self.keys = keys
        self.ownURL = ownURL
    }

    /// How small an attachment may be and is taken out; nil when no rule wants any taken out.
    static func minimumBytes(_ judged: FlowFilter.Outcome?) -> Int? {
        guard let judged else { return nil }
        // What nobody gets before an administrator or its recipient looked at it stays whole.
        if judged.quarantine != nil, judged.kept == nil { return nil }
        return judged.marks.compactMap { if case .strip(let bytes) = $0 { bytes } else { nil } }.min()
    }

    /// - Returns: the message to go on with; `nil` when it cannot be had at present, and the client has to come again.
    func apply(
        _ message: ReceivedMessage, _ header: MessageLogHeader, minimumBytes: Int, in messageData: MessageDataFolder, limit: Duration,
        logger: Logger
    ) async -> ReceivedMessage? {
        let room = message.sizeBytes * Self.copies
        guard budget.reserve(room) else { return nil }
        defer { budget.release(room) }
        // A folder that does not answer would not take the message either.
        guard let content = try? await message.content.bytes(upTo: message.sizeBytes, deadline: limit) else { return nil }
        let now = UTCTime.now()
        let description = Self.Envelope(message, header, at: now)
        guard let stripped = await Self.strip(content, minimumBytes: minimumBytes, description) else { return message }
        let settings = message.connection.settings.settings
        do {
            let key = try await keys.currentLinkKey(at: now)
            for file in stripped.files { try await folder.store(file.bytes, as: file.row.identifier, deadline: limit) }
            try await store.insert(stripped.files.map(\.row))
            let base = settings.web.publicURL.isEmpty ? ownURL() : settings.web.publicURL
            let texts = stripped.files.map { StrippedNote(row: $0.row, key: key, base: base).text(settings.stripping.language) }
            guard let bytes = await Self.rewrite(content, stripped.parts, texts) else {
                logger.error("attachments could not be replaced", metadata: ["message": "\(message.transaction.identifier)"])
                return nil
            }
            return replaced(message, bytes, in: messageData)
        } catch {
            logger.error(
                "attachments could not be stored", metadata: ["message": "\(message.transaction.identifier)", "cause": "\(error)"])
            return nil
        }
    }

    private func replaced(_ message: ReceivedMessage, _ bytes: [UInt8], in folder: MessageDataFolder) -> ReceivedMessage? {
        let writer = folder.makeWriter(message.transaction.identifier, isRewritten: true)
        if case .failed = writer.append(ByteBuffer(bytes: bytes), drained: { _ in }) { return nil }
        message.content.abandon()
        let end = MessageHeader.read(from: bytes).bodyStart
        return ReceivedMessage(
            transaction: message.transaction, connection: message.connection, content: writer, sizeBytes: bytes.count,
            header: ByteBuffer(bytes: bytes[..<max(0, end - 2)]), hasEightBitData: message.hasEightBitData,
            receivedFieldCount: message.receivedFieldCount)
    }

    /// What is written down of the message an attachment came with.
    private struct Envelope: Sendable {
        let message: RecordIdentifier
        let sender: String
        let recipients: String
        let subject: String
        let at: UTCTime
        let expiresAt: UTCTime

        init(_ message: ReceivedMessage, _ header: MessageLogHeader, at now: UTCTime) {
            let maximum = StrippedAttachment.maximumTextBytes
            self.message = message.transaction.identifier
            sender = (message.transaction.reversePath.address?.description ?? "").cut(to: maximum)
            recipients = message.transaction.recipients.prefix(5).map(\.address.description).joined(separator: ", ").cut(to: maximum)
            subject = header.subject.cut(to: maximum)
            at = now
            expiresAt = now.advanced(by: .seconds(message.connection.settings.settings.stripping.keepDays * 86_400))
        }
    }

    private struct Stripped: Sendable {
        let parts: [MIMEPart]
        let files: [(row: StrippedAttachment, bytes: [UInt8])]
    }

    /// Work in proportion to the message: not on the session's event loop.
    @concurrent
    private static func strip(_ content: ByteBuffer, minimumBytes: Int, _ envelope: Envelope) async -> Stripped? {
        let structure = MessageReader().read(Array(content.readableBytesView))
        guard case .parts(let parts) = AttachmentStrip.plan(structure, minimumBytes: minimumBytes) else { return nil }
        let files = parts.map { part in
            let bytes = part.decodedBody().bytes
            let digest = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let row = StrippedAttachment(
                identifier: RecordIdentifier(milliseconds: envelope.at.milliseconds), message: envelope.message,
                name: AttachmentName.plain(part.fileNames.first ?? ""), mediaType: AttachmentName.mediaType(part.contentType.mediaType),
                sizeBytes: bytes.count, digest: digest, sender: envelope.sender, recipients: envelope.recipients, subject: envelope.subject,
                createdAt: envelope.at, expiresAt: envelope.expiresAt)
            return (row, bytes)
        }
        return Stripped(parts: parts, files: files)
    }

    @concurrent
    private static func rewrite(_ content: ByteBuffer, _ parts: [MIMEPart], _ texts: [String]) async -> [UInt8]? {
        AttachmentStrip.message(Array(content.readableBytesView), replacing: parts, with: texts)
    }
}

/// Names from outside, as they may be shown and offered.
enum AttachmentName {
    /// The last part of a path, without what turns directions or breaks lines.
    static func plain(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let scalars = last.unicodeScalars.filter {
            ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        return String(String.UnicodeScalarView(scalars)).trimmed.cut(to: StrippedAttachment.maximumNameBytes)
    }

    static func mediaType(_ type: String) -> String {
        let isPlain = type.utf8.count <= 127 && type.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isPlain && !type.isEmpty ? type : "application/octet-stream"
    }
}

/// The text in an attachment's place.
struct StrippedNote: Sendable {
    let row: StrippedAttachment
    let key: LinkKey
    let base: String

    /// The link itself lasts as long as the row may be extended to; the row decides.
    private var link: String {
        let expiry = row.createdAt.advanced(by: StrippedAttachment.longestKeeping)
        let link = SignedLink(purpose: .attachment, subject: row.identifier, owner: "", expiresAt: expiry)
        return "\(base)\(StrippedNote.path)/\(link.token(key))"
    }

    static let path = "/attachment"

    func text(_ language: BounceSettings.ReportLanguage) -> String {
        let name = row.name.isEmpty ? "-" : row.name
        let until = row.expiresAt.description
        let english = """
            The attachment of this message was taken out and is kept for you.
            Name: \(name)
            Type: \(row.mediaType)
            Size: \(row.sizeBytes) bytes
            SHA-256: \(row.digest)
            Download until \(until): \(link)
            Anybody who has this link can download it.
            """
        let japanese = """
            このメールの添付ファイルは分離して保管しています。
            ファイル名: \(name)
            種類: \(row.mediaType)
            サイズ: \(row.sizeBytes) バイト
            SHA-256: \(row.digest)
            ダウンロード（\(until) まで）: \(link)
            リンクを知る人は誰でもダウンロードできます。
            """
        let text =
            switch language {
            case .english: english
            case .japanese: japanese
            case .both: english + "\n\n" + japanese
            }
        return text.replacing("\n", with: "\r\n") + "\r\n"
    }
}
