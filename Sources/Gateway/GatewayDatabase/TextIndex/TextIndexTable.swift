import Firebird
package import MessageLog
package import Settings

/// Builds the text index afterwards, in the background: mail pays nothing for it.
///
/// Why no message is missed, whatever the clocks say: before messages up to a time (the horizon) are indexed, that time is committed.
/// Every batch of a writer reads the horizon in its first statement and notes messages that are not younger in `text_late`, in its own
/// transaction. Indexing begins only when every transaction that was under way when the horizon was committed has ended
/// (`mon$oldest_active`). So a message either was there to be indexed, or is noted: then searches look at its block whatever the filter
/// says, until it has been added. The settling time only keeps late messages rare.
package struct TextIndexTable: TextIndexStore {
    let sessions: DatabaseSessions
    /// Asserted in each transaction that writes.
    var fence: PrimaryFence?
    /// Shorter in tests only.
    var settlingTime = Duration.seconds(30)
    var rowsPerBlock = TextSegment.rowsPerBlock

    private static let latePerStep = 64
    private static let deadline = Duration.seconds(30)

    init(sessions: DatabaseSessions, fence: PrimaryFence? = nil) {
        self.sessions = sessions
        self.fence = fence
    }

    package func perform(_ turn: TextIndexTurn, now: UTCTime) async throws(MessageLogError) -> TextIndexTurn {
        let building = TextIndexBuilding(node: sessions.node, rowsPerBlock: rowsPerBlock)
        switch turn {
        case .begin: return try await declareHorizon(now: now)
        case .settle(let horizon, let barrier): return try await hasSettled(barrier) ? .addLate(horizon: horizon) : turn
        case .addLate(let horizon):
            let isMore = try await write { try TextLateness.add(upTo: Self.latePerStep, $0) }
            return isMore ? turn : .build(horizon: horizon)
        case .build(let horizon):
            return try await write { try building.build(upTo: horizon, $0) } ? .merge(horizon: horizon) : .remove
        case .merge(let horizon):
            _ = try await write { try building.merge($0) }
            return .build(horizon: horizon)
        case .remove: return try await write { try building.removeEmpty($0) } ? turn : .done
        case .done: return .done
        }
    }

    /// Not before what is indexed already: of that, later messages are late in any case.
    private func declareHorizon(now: UTCTime) async throws(MessageLogError) -> TextIndexTurn {
        let node = sessions.node
        let settled = now.advanced(by: .zero - settlingTime)
        let horizon = try await write { transaction in
            let reached = try transaction.queryOne("select max(end_at) from text_segment")?.decode(0, as: UTCTime?.self)
            let horizon = max(settled, reached ?? settled)
            _ = try transaction.execute(
                "update text_index set horizon = \(horizon), changed_at = \(now), changed_by = \(node) where id = 1")
            return horizon
        }
        // Begun after that commit: whoever began later has read the horizon.
        let barrier = try await write { try $0.queryOne("select current_transaction from rdb$database")?.decode(0, as: Int.self) }
        return barrier.map { .settle(horizon: horizon, barrier: $0) } ?? .done
    }

    private func hasSettled(_ barrier: Int) async throws(MessageLogError) -> Bool {
        let pool = sessions.background
        return try await DatabaseSessions.translating(MessageLogError.unavailable) {
            try await pool.transaction(.readCommittedReadOnly, deadline: Self.deadline) {
                try $0.queryOne("select mon$oldest_active from mon$database")?.decode(0, as: Int.self) ?? 0
            } >= barrier
        }
    }

    /// One state of the database throughout.
    private func write<Value: Sendable>(
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(MessageLogError) -> Value {
        let pool = sessions.background
        let fence = fence
        return try await DatabaseSessions.translating(MessageLogError.unavailable) {
            try await sessions.metrics.background.timed {
                try await pool.transaction(.snapshotNoWait, deadline: Self.deadline, retryingConflicts: DatabaseSessions.writeRetries) {
                    try fence?.assert($0)
                    return try body($0)
                }
            }
        }
    }
}
