package import Settings

package enum MessageLogError: Error, Sendable, Hashable, CustomStringConvertible {
    case unavailable(cause: String)

    package var description: String {
        switch self {
        case .unavailable(let cause): "the message log is unavailable: \(cause)"
        }
    }
}

/// Which messages a page shows. Empty conditions select everything.
package struct MessageLogFilter: Sendable, Hashable {
    /// Part of the sender's, a recipient's address or of the subject, without regard to case; at most `maximumTextBytes`.
    package var text = ""
    package var direction: MailDirection?
    package var result: MessageResult?
    /// Received at or after.
    package var from: UTCTime?
    /// Received before.
    package var until: UTCTime?
    /// An address or a domain; found by the text index, as are the recipient, the client, the Message-ID and parts of texts.
    package var sender: CorrespondentCondition?
    package var recipient: CorrespondentCondition?
    /// The client's address, in full.
    package var clientAddress = ""
    /// The Message-ID, with or without its angle brackets.
    package var messageID = ""
    /// Part of the subject, without regard to case; at most `maximumTextBytes`.
    package var subject = ""
    package var node: NodeID?
    /// Size of the content as received, both ends included.
    package var minimumBytes: Int?
    package var maximumBytes: Int?

    package static let maximumTextBytes = 200

    package init() {}
}

/// A position in the log: the last row of the page before.
package struct MessageLogCursor: Sendable, Hashable, Codable, Comparable {
    package let receivedAt: UTCTime
    package let message: RecordIdentifier

    package init(receivedAt: UTCTime, message: RecordIdentifier) {
        self.receivedAt = receivedAt
        self.message = message
    }

    /// The order of the log, oldest first.
    package static func < (left: Self, right: Self) -> Bool {
        left.receivedAt != right.receivedAt ? left.receivedAt < right.receivedAt : left.message < right.message
    }
}

/// A message with the present state of each recipient.
package struct MessageLogRecord: Sendable, Hashable {
    package let entry: MessageLogEntry
    /// In order of ordinals. In lists at most `MessageLogStore.listedRecipients` of them.
    package let recipients: [RecipientLogEntry]
    /// All of them.
    package let recipientCount: Int

    package init(entry: MessageLogEntry, recipients: [RecipientLogEntry], recipientCount: Int) {
        self.entry = entry
        self.recipients = recipients
        self.recipientCount = recipientCount
    }
}

/// A page of the log.
package struct MessageLogPage: Sendable, Hashable {
    package var records: [MessageLogRecord]
    /// The search had to look at too many rows: it came to here, and goes on after this position. `nil`: the page is complete.
    package let searchedBackTo: MessageLogCursor?

    package init(records: [MessageLogRecord], searchedBackTo: MessageLogCursor? = nil) {
        self.records = records
        self.searchedBackTo = searchedBackTo
    }
}

/// Everything known of one message.
package struct MessageLogDetails: Sendable, Hashable {
    package let record: MessageLogRecord
    /// Oldest first; at most `MessageLogStore.maximumEvents`, the newest ones.
    package let events: [DeliveryHistoryEvent]

    package init(record: MessageLogRecord, events: [DeliveryHistoryEvent]) {
        self.record = record
        self.events = events
    }
}

/// Where the log is read. Implemented by GatewayDatabase.
package protocol MessageLogStore: Sendable {
    /// Newest first, after `cursor`, at most `limit`; work does not grow with the number of rows before the cursor.
    func page(_ filter: MessageLogFilter, after cursor: MessageLogCursor?, limit: Int) async throws(MessageLogError) -> MessageLogPage
    func details(of message: RecordIdentifier) async throws(MessageLogError) -> MessageLogDetails?
}

extension MessageLogStore {
    package static var listedRecipients: Int { 5 }
    package static var maximumEvents: Int { 2000 }
}

/// Where messages that were not accepted are written down. Rows go with the node's next group commit; nobody waits for them, and
/// when too many wait the oldest are dropped and counted.
package protocol RefusalLog: Sendable {
    func record(_ entry: MessageLogEntry, recipients: [RecipientLogEntry])
}
