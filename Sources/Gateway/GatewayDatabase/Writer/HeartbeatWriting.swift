import Cluster
import Firebird
import Settings

/// What a heartbeat says and hears, in the batch that raises the node's counter: the row is in hand already, so nobody waits for it.
struct HeartbeatWriting: Sendable {
    let holder: Incarnation

    /// - Returns: whether the node is to leave service.
    func write(_ figures: NodeFigures, _ transaction: FirebirdTransaction) throws -> Bool {
        let row = try transaction.queryOne(
            """
            update node set drain_phase = \(figures.phase.rawValue), smtp_sessions = \(figures.smtpSessions), deliveries = \(figures.deliveries),
                messages_minute = \(figures.messagesPerMinute), load_hundredths = \(figures.loadHundredths),
                clock_difference = \(figures.clockDifferenceMilliseconds), database_micros = \(figures.databaseMicroseconds),
                folder_micros = \(figures.messageDataMicroseconds)
            where id = \(holder.node) and incarnation = \(holder.number) returning drain_asked_at
            """)
        return try row?.decode(0, as: UTCTime?.self) != nil
    }
}
