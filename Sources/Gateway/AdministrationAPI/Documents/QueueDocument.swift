import Delivery
import Settings

/// One recipient's copy in the queue.
package struct QueueEntryDocument: Codable, Sendable {
    package let message: String
    package let ordinal: Int
    /// Empty: the null reverse-path.
    package let reversePath: String
    package let recipient: String
    package let subject: String
    package let sizeBytes: Int
    package let receivedAt: String
    package let attempts: Int
    package let nextAttemptAt: String
    package let nextAttemptAtMilliseconds: Int64
    package let isHeldByAdministrator: Bool
    /// The node that has it in hand now.
    package let holder: String?
    package let lastReply: String

    init(_ entry: QueueEntry) {
        message = entry.message.description
        ordinal = entry.ordinal
        reversePath = entry.reversePath
        recipient = entry.recipient
        subject = entry.subject
        sizeBytes = entry.sizeBytes
        receivedAt = TimeText.text(entry.receivedAt)
        attempts = entry.attempts
        nextAttemptAt = TimeText.text(entry.nextAttemptAt)
        nextAttemptAtMilliseconds = entry.nextAttemptAt.milliseconds
        isHeldByAdministrator = entry.isHeldByAdministrator
        holder = entry.holder?.description
        lastReply = entry.lastReply
    }
}

/// Names entries of the queue: one recipient, or without an ordinal all recipients of a message that still wait.
package struct QueueEntryNameDocument: Codable, Sendable, Hashable {
    package let message: String
    package let ordinal: Int?

    package init(message: String, ordinal: Int?) {
        self.message = message
        self.ordinal = ordinal
    }

    init(_ entry: QueueEntryID) { self.init(message: entry.message.description, ordinal: entry.ordinal) }
}

/// Body of `POST /queue/{action}`.
package struct QueueActionDocument: Codable, Sendable {
    package let entries: [QueueEntryNameDocument]

    package init(entries: [QueueEntryNameDocument]) { self.entries = entries }
}

/// The entries an action was done to; the others were gone, in a node's hand, or already so.
package struct QueueActionResultDocument: Codable, Sendable {
    package let done: [QueueEntryNameDocument]
}
