import DomainsAndUsers
import Logging
package import MessageLog
package import Metrics
package import NIOCore
package import Settings
package import SharedFolders

extension Administration {
    /// The ports of stripped attachments.
    package struct AttachmentPorts: Sendable {
        package let store: any StrippedAttachmentStore
        package let contents: any AttachmentContents

        let metrics: DownloadMetrics

        package init(
            store: any StrippedAttachmentStore = NoAttachments(), contents: any AttachmentContents = NoAttachments(),
            metrics: any MetricsFactory = MetricsSystem.factory
        ) {
            self.store = store
            self.contents = contents
            self.metrics = DownloadMetrics(factory: metrics)
        }
    }

    /// How links to attachments are used.
    struct DownloadMetrics: Sendable {
        private let downloads: Counter
        private let refusals: Counter

        init(factory: any MetricsFactory) {
            downloads = Counter(label: "securitygateway_attachment_downloads_total", factory: factory)
            refusals = Counter(label: "securitygateway_attachment_links_refused_total", factory: factory)
        }

        func downloaded() { downloads.increment() }
        /// A link that is none of ours.
        func refused() { refusals.increment() }
    }

    package static var maximumExtensionDays: Int { 365 }

    /// Newest first.
    package func strippedAttachments(
        _ filter: StrippedAttachmentFilter, after cursor: StrippedAttachmentCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [StrippedAttachment] {
        guard filter.text.utf8.count <= StrippedAttachmentFilter.maximumTextBytes else {
            throw .invalid([FieldProblem("text", "The search text is too long.", ja: "検索語が長すぎます。")])
        }
        do throws(MessageLogError) {
            return try await ports.attachments.store.strippedAttachments(
                filter, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// - Returns: `nil` when it is there no more.
    package func strippedAttachment(
        _ identifier: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> StrippedAttachment? {
        do throws(MessageLogError) {
            return try await ports.attachments.store.strippedAttachment(identifier)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Nobody can download them any more; the primary removes the files within minutes. - Returns: how many there were.
    package func deleteStripped(
        _ attachments: [RecordIdentifier], _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> Int {
        try checkSelection(attachments)
        let audit = entry(caller, "attachment.delete", Self.named(attachments), "\(attachments.count)")
        do throws(MessageLogError) {
            return try await ports.attachments.store.expireStripped(attachments, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Keeps them for so many days from now; those that are kept longer stay as they are. - Returns: how many there were.
    package func extendStripped(
        _ attachments: [RecordIdentifier], days: Int, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> Int {
        try checkSelection(attachments)
        guard (1...Self.maximumExtensionDays).contains(days) else {
            throw .invalid([
                FieldProblem(
                    "days", "A number from 1 to \(Self.maximumExtensionDays) is expected.",
                    ja: "1 から \(Self.maximumExtensionDays) までの日数を指定してください。")
            ])
        }
        let audit = entry(caller, "attachment.extend", Self.named(attachments), "\(days)")
        let until = UTCTime.now().advanced(by: .seconds(days * 86_400))
        do throws(MessageLogError) {
            return try await ports.attachments.store.extend(attachments, until: until, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
    }

    // MARK: for whoever has the link

    /// What a link leads to.
    /// - Throws: `.denied` for a link that is none of ours; `.notFound` when it is not kept any more.
    package func openAttachment(link token: String) async throws(AdministrationError) -> StrippedAttachment {
        let keys: [LinkKey]
        do throws(DirectoryError) { keys = try await ports.digests.keys.linkKeys() } catch { throw AdministrationError(error) }
        let link: SignedLink
        switch SignedLink.read(token, keys: keys, at: .now()) {
        case .valid(let read) where read.purpose == .attachment: link = read
        case .expired(let read) where read.purpose == .attachment: throw Self.notKept
        case .valid, .expired, .invalid:
            ports.attachments.metrics.refused()
            throw .denied(
                LocalizedText(
                    "This link is not one of ours or is damaged. Open it from the mail, whole.", ja: "このリンクは無効です。メールのリンクを途中で切らずに開いてください。"))
        }
        let found: StrippedAttachment?
        do throws(MessageLogError) {
            found = try await ports.attachments.store.strippedAttachment(link.subject)
        } catch {
            throw AdministrationError(error)
        }
        guard let found, found.expiresAt > .now() else { throw Self.notKept }
        return found
    }

    private static var notKept: AdministrationError {
        .notFound(
            LocalizedText(
                "The attachment is not kept any more. Ask its sender to send it again.", ja: "添付ファイルの保存期間が過ぎています。差出人に再送を依頼してください。"))
    }

    /// A piece of its content; empty at the end.
    package func attachmentContent(
        _ attachment: StrippedAttachment, at offset: Int, count: Int
    ) async throws(AdministrationError) -> ByteBuffer {
        do throws(SharedFolderError) {
            return try await ports.attachments.contents.read(attachment.identifier, at: offset, count: count)
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// A download has begun. Not being able to count it keeps nobody from it.
    package func countDownload(_ attachment: StrippedAttachment) async {
        ports.attachments.metrics.downloaded()
        do throws(MessageLogError) {
            try await ports.attachments.store.countDownload(of: attachment.identifier)
        } catch {
            logger.warning("a download could not be counted", metadata: ["attachment": "\(attachment.identifier)", "cause": "\(error)"])
        }
    }
}

/// Where contents of stripped attachments are read.
package protocol AttachmentContents: Sendable {
    /// At most `count` bytes at `offset`; empty at the end.
    func read(_ identifier: RecordIdentifier, at offset: Int, count: Int) async throws(SharedFolderError) -> ByteBuffer
}

extension AttachmentFolder: AttachmentContents {}

/// Where nothing is taken out of messages: in tests of other things.
package struct NoAttachments: StrippedAttachmentStore, AttachmentContents {
    package init() {}

    private static let cause = "there are no attachments here"

    package func insert(_ attachments: [StrippedAttachment]) async throws(MessageLogError) { throw .unavailable(cause: Self.cause) }
    package func strippedAttachments(
        _ filter: StrippedAttachmentFilter, after cursor: StrippedAttachmentCursor?, limit: Int
    ) async throws(MessageLogError) -> [StrippedAttachment] { [] }
    package func strippedAttachment(_ identifier: RecordIdentifier) async throws(MessageLogError) -> StrippedAttachment? { nil }
    package func countDownload(of identifier: RecordIdentifier) async throws(MessageLogError) {}
    package func extend(_ identifiers: [RecordIdentifier], until time: UTCTime, audit: AuditEntry) async throws(MessageLogError) -> Int {
        0
    }
    package func expireStripped(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(MessageLogError) -> Int { 0 }
    package func discardStripped(_ identifiers: [RecordIdentifier]) async throws(MessageLogError) {}
    package func expiredAttachments(before time: UTCTime, limit: Int) async throws(MessageLogError) -> [RecordIdentifier] { [] }
    package func forgetStripped(_ identifiers: [RecordIdentifier]) async throws(MessageLogError) {}
    package func read(_ identifier: RecordIdentifier, at offset: Int, count: Int) async throws(SharedFolderError) -> ByteBuffer {
        throw .notFound(path: Self.cause)
    }
}
