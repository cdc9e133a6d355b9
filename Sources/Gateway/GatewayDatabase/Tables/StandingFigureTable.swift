package import Delivery
import Firebird
package import Settings

/// How much waits in the cluster's queue and quarantine, each counted up to `countedQueueEntries`, which then means “or more”.
package struct StandingFigures: Sendable, Hashable {
    /// Recipients in the queue.
    package let queued: Int
    /// Of these, those that a node should take now.
    package let due: Int
    /// When the oldest message of the queue arrived, held ones too.
    package let oldestQueuedAt: UTCTime?
    /// Since when the first of `due` has waited for a node.
    package let firstDueAt: UTCTime?
    /// Messages in quarantine.
    package let quarantined: Int
    /// Messages received before are in the text index; `nil` while it is empty.
    package var textIndexEndsAt: UTCTime?

    package init(queued: Int, due: Int, oldestQueuedAt: UTCTime?, firstDueAt: UTCTime?, quarantined: Int) {
        self.queued = queued
        self.due = due
        self.oldestQueuedAt = oldestQueuedAt
        self.firstDueAt = firstDueAt
        self.quarantined = quarantined
    }
}

/// Counts what waits, in the background: along indexes, with a bound, never in the way of mail or pages.
package struct StandingFigureTable: Sendable {
    let sessions: DatabaseSessions
    /// Lower in tests only.
    var countedEntries = QueueAdministrationTable.countedQueueEntries

    init(sessions: DatabaseSessions) { self.sessions = sessions }

    private static let deadline = Duration.seconds(8)

    /// - Throws: `unavailable`, when there is no answer within some seconds.
    package func figures(at time: UTCTime) async throws(DeliveryQueueError) -> StandingFigures {
        let bound = countedEntries
        return try await DatabaseSessions.translating(DeliveryQueueError.unavailable) {
            try await sessions.metrics.background.timed {
                try await sessions.background.transaction(.readCommittedReadOnly, deadline: Self.deadline) { transaction in
                    try Self.read(transaction, at: time, upTo: bound)
                }
            }
        }
    }

    private static func read(
        _ transaction: FirebirdTransaction, at time: UTCTime, upTo bound: Int
    ) throws(FirebirdError) -> StandingFigures {
        let oldest = try transaction.queryOne(oldestQuery)?.decode(0, as: RecordIdentifier.self)
        let firstDue = try transaction.queryOne(firstDueQuery)?.decode(0, as: UTCTime.self)
        var figures = StandingFigures(
            queued: try transaction.queryOne(QueueAdministrationTable.sizeQuery(upTo: bound))?.decode(0) ?? 0,
            due: try transaction.queryOne(QueueAdministrationTable.dueQuery(at: time, upTo: bound))?.decode(0) ?? 0,
            oldestQueuedAt: oldest.map { UTCTime(milliseconds: $0.milliseconds) },
            firstDueAt: firstDue.flatMap { $0 > time ? nil : $0 },
            quarantined: try transaction.queryOne(quarantineQuery(upTo: bound))?.decode(0) ?? 0)
        figures.textIndexEndsAt = try transaction.queryOne("select max(end_at) from text_segment where form = \(TextSegment.form)")?.decode(
            0, as: UTCTime?.self)
        return figures
    }

    /// Identifiers begin with the time of arrival, so the first of the primary key is the oldest.
    static let oldestQuery: FirebirdQuery = "select first 1 message_id from queue order by message_id, ordinal"

    /// The order of the index of claims.
    static let firstDueQuery: FirebirdQuery = """
        select first 1 due_at from queue where holder = \(QueueRow.nobody) and incarnation = 0 and is_held = false
        order by holder, incarnation, is_held, due_at
        """

    static func quarantineQuery(upTo bound: Int) -> FirebirdQuery {
        "select count(*) from (select first \(unsafeSQL: String(bound)) message_id from quarantine)"
    }
}
