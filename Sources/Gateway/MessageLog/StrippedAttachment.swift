package import Settings

/// An attachment that was taken out of a message and is kept for its recipients.
package struct StrippedAttachment: Sendable, Hashable {
    /// Names its file too.
    package let identifier: RecordIdentifier
    package let message: RecordIdentifier
    /// As the message calls it, at most `maximumNameBytes`; may be empty.
    package let name: String
    package let mediaType: String
    package let sizeBytes: Int
    /// 64 hexadecimal digits.
    package let digest: String
    package let sender: String
    /// The first ones.
    package let recipients: String
    package let subject: String
    package let createdAt: UTCTime
    package var expiresAt: UTCTime
    package let downloads: Int

    package static let maximumNameBytes = 255
    package static let maximumTextBytes = 320
    /// A link is good for no longer, however often it is extended.
    package static let longestKeeping = Duration.seconds(395 * 86_400)

    package init(
        identifier: RecordIdentifier, message: RecordIdentifier, name: String, mediaType: String, sizeBytes: Int, digest: String,
        sender: String, recipients: String, subject: String, createdAt: UTCTime, expiresAt: UTCTime, downloads: Int = 0
    ) {
        self.identifier = identifier
        self.message = message
        self.name = name
        self.mediaType = mediaType
        self.sizeBytes = sizeBytes
        self.digest = digest
        self.sender = sender
        self.recipients = recipients
        self.subject = subject
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.downloads = downloads
    }
}

/// Which attachments a page shows.
package struct StrippedAttachmentFilter: Sendable, Hashable {
    /// Part of name, sender, recipients or subject.
    package var text = ""
    package var message: RecordIdentifier?

    package static let maximumTextBytes = 200

    package init() {}
}

/// A position in the list: the last row of the page before.
package struct StrippedAttachmentCursor: Sendable, Hashable, Codable {
    package let createdAt: UTCTime
    package let identifier: RecordIdentifier

    package init(createdAt: UTCTime, identifier: RecordIdentifier) {
        self.createdAt = createdAt
        self.identifier = identifier
    }
}

/// Where stripped attachments are written down. Implemented by GatewayDatabase; their contents lie in the folder Attachments.
package protocol StrippedAttachmentStore: Sendable {
    /// Durable when it returns; before the contents, so that none is without a row.
    func insert(_ attachments: [StrippedAttachment]) async throws(MessageLogError)
    /// Newest first.
    func strippedAttachments(
        _ filter: StrippedAttachmentFilter, after cursor: StrippedAttachmentCursor?, limit: Int
    ) async throws(MessageLogError) -> [StrippedAttachment]
    func strippedAttachment(_ identifier: RecordIdentifier) async throws(MessageLogError) -> StrippedAttachment?
    func countDownload(of identifier: RecordIdentifier) async throws(MessageLogError)
    /// Keeps each that has not expired for so long from now; those that are kept longer stay as they are. - Returns: how many there were.
    func extend(_ identifiers: [RecordIdentifier], until time: UTCTime, audit: AuditEntry) async throws(MessageLogError) -> Int
    /// Makes them expire: nobody gets them any more, and the next sweep removes their contents. - Returns: how many there were.
    func expireStripped(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(MessageLogError) -> Int
    /// Those of a message that was not accepted: they expire at once.
    func discardStripped(_ identifiers: [RecordIdentifier]) async throws(MessageLogError)
    /// Those that expired before `time`, at most `limit`.
    func expiredAttachments(before time: UTCTime, limit: Int) async throws(MessageLogError) -> [RecordIdentifier]
    /// After their contents. Fenced by the primary's epoch.
    func forgetStripped(_ identifiers: [RecordIdentifier]) async throws(MessageLogError)
}
