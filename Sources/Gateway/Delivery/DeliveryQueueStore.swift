package import MessageLog
package import Settings

package enum DeliveryQueueError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Transient: not written by the deadline, or not known to be.
    case unavailable(cause: String)
    /// This incarnation is no more: nothing it writes counts.
    case declaredDead
    /// Permanent: the database refuses this row; others of its batch were written.
    case refused(cause: String)

    package var description: String {
        switch self {
        case .unavailable(let cause): "the queue is unavailable: \(cause)"
        case .declaredDead: "this incarnation of the node is no more"
        case .refused(let cause): "the queue refuses the message: \(cause)"
        }
    }
}

/// What came of one recipient in one attempt.
package struct RecipientOutcome: Sendable, Hashable {
    package let ordinal: Int
    /// The attempts the lease was taken with; the row is changed only while it still has this number and this holder.
    package let attempts: Int
    package let change: Change
    package let event: DeliveryHistoryEvent

    package enum Change: Sendable, Hashable {
        /// The row goes; the recipient's log row gets this state.
        case finished(RecipientState)
        /// The row becomes free and due at `nextAttemptAt`; the number of attempts is raised by one.
        case deferred(nextAttemptAt: UTCTime, isDelayReported: Bool)
        /// The row becomes free and due at once (stop of the node, no room in memory). It is no attempt and leaves no event, but the
        /// row's number of attempts is raised by one all the same: the number is the fence against a repeated outcome.
        case givenBack
    }

    package init(ordinal: Int, attempts: Int, change: Change, event: DeliveryHistoryEvent) {
        self.ordinal = ordinal
        self.attempts = attempts
        self.change = change
        self.event = event
    }
}

/// Outcomes of one message, and the report they call for, written in one transaction.
package struct DeliveryRecord: Sendable, Hashable {
    package let message: RecordIdentifier
    package let outcomes: [RecipientOutcome]
    /// Besides these recipients' rows none refers to the message's content, in the queue or in quarantine: once they are finished it is
    /// free, without a question.
    package let isWhole: Bool
    /// A delivery status notification whose content is already durable.
    package let report: QueueSubmission?
    /// History of the message that tells of the report; written when the report is.
    package let reportEvents: [DeliveryHistoryEvent]

    package init(
        message: RecordIdentifier, outcomes: [RecipientOutcome], isWhole: Bool = false, report: QueueSubmission? = nil,
        reportEvents: [DeliveryHistoryEvent] = []
    ) {
        self.message = message
        self.outcomes = outcomes
        self.isWhole = isWhole
        self.report = report
        self.reportEvents = reportEvents
    }
}

/// What the database made of a record.
package struct DeliveryRecordResult: Sendable, Hashable {
    /// Ordinals whose row was no longer held by this incarnation: another node has it, or an administrator removed it. If any is
    /// among them the report was not queued.
    package let lost: Set<Int>
    /// No row of the queue refers to the content any more; it may be removed.
    package let isContentFree: Bool

    package init(lost: Set<Int>, isContentFree: Bool) {
        self.lost = lost
        self.isContentFree = isContentFree
    }
}

/// The durable queue. Implemented by GatewayDatabase: writes go through the node's one writer as group commits and are fenced by its
/// incarnation; each call returns after its own batch is committed.
package protocol DeliveryQueueStore: Sendable {
    /// Durable when it returns.
    /// - Parameter deadline: how long to wait; afterwards `.unavailable`, and the rows are not written unless their commit was
    ///   already under way (its outcome is then unknown).
    func enqueue(_ submission: QueueSubmission, deadline: Duration) async throws(DeliveryQueueError)
    /// Durable when it returns. Idempotent: a repeated record finds its rows gone and reports them as lost.
    func record(_ record: DeliveryRecord) async throws(DeliveryQueueError) -> DeliveryRecordResult
    /// Takes due rows that nobody alive holds, oldest first, at most `limit` recipients, grouped by message.
    func claimDue(limit: Int) async throws(DeliveryQueueError) -> [DeliveryLease]
    /// Gives all rows of this incarnation back at once (graceful stop).
    func giveBackAll() async throws(DeliveryQueueError)
}

/// One row of the queue page.
package struct QueueEntry: Sendable, Hashable {
    package let message: RecordIdentifier
    package let ordinal: Int
    package let reversePath: String
    package let recipient: String
    package let subject: String
    package let sizeBytes: Int
    package let receivedAt: UTCTime
    package let attempts: Int
    package let nextAttemptAt: UTCTime
    package let isHeldByAdministrator: Bool
    /// The node that has it in hand now.
    package let holder: NodeID?
    package let lastReply: String

    package init(
        message: RecordIdentifier, ordinal: Int, reversePath: String, recipient: String, subject: String, sizeBytes: Int,
        receivedAt: UTCTime,
        attempts: Int, nextAttemptAt: UTCTime, isHeldByAdministrator: Bool, holder: NodeID?, lastReply: String
    ) {
        self.message = message
        self.ordinal = ordinal
        self.reversePath = reversePath
        self.recipient = recipient
        self.subject = subject
        self.sizeBytes = sizeBytes
        self.receivedAt = receivedAt
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.isHeldByAdministrator = isHeldByAdministrator
        self.holder = holder
        self.lastReply = lastReply
    }
}

/// Names one row of the queue.
package struct QueueEntryID: Sendable, Hashable, Codable {
    package let message: RecordIdentifier
    package let ordinal: Int

    package init(message: RecordIdentifier, ordinal: Int) {
        self.message = message
        self.ordinal = ordinal
    }
}

/// What an administrator does with rows of the queue. Each is conditional: a row in a node's hand right now cannot be deleted or held.
package enum QueueAction: String, Sendable, Hashable, CaseIterable {
    /// Due now.
    case retry
    /// Not delivered until released.
    case hold
    case release
    /// Removed without a report; the recipient's log row becomes `deleted`.
    case delete
}

/// The queue as administrators see it. Implemented by GatewayDatabase.
package protocol QueueAdministrationStore: Sendable {
    /// In order of arrival, after `cursor`, at most `limit`. `text` is part of the sender's or recipient's address.
    func queue(containing text: String, after cursor: QueueEntryID?, limit: Int) async throws(DeliveryQueueError) -> [QueueEntry]
    /// Rows in the queue, and how many of them are due; each counted up to `countedQueueEntries`, which then means “or more”.
    func queueSize() async throws(DeliveryQueueError) -> (recipients: Int, due: Int)
    /// - Returns: the rows it was done to, and the messages whose content is no longer referred to.
    func perform(
        _ action: QueueAction, on entries: [QueueEntryID], audit: AuditEntry
    ) async throws(DeliveryQueueError) -> (done: [QueueEntryID], freeContent: [RecordIdentifier])
}

extension QueueAdministrationStore {
    /// Further rows are not counted: a queue of that size is one to look at, whatever its exact length, and counting it must stay
    /// cheap enough for every look at the dashboard.
    package static var countedQueueEntries: Int { 100_000 }
}
