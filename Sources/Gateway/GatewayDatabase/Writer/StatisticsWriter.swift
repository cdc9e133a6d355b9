import Cluster
import Firebird
import MessageLog
import Settings

/// Adds to this node's rolled-up figures. Only the node's writer does so, with the node's row in hand, so rows are updated without
/// conflict; in the batch that writes the messages, so each is counted exactly once.
struct StatisticsWriter {
    let holder: Incarnation
    let time: UTCTime

    private static let addToFigure: StaticString = """
        update mail_figure set messages = messages + cast(? as bigint), size_bytes = size_bytes + cast(? as bigint), changed_at = ?,
            changed_by = ?
        where period_name = ? and start_at = ? and node_id = ? and direction = ? and result = ?
        """

    private static let insertFigure: StaticString = """
        insert into mail_figure (messages, size_bytes, changed_at, changed_by, period_name, start_at, node_id, direction, result)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static let setCorrespondent: StaticString = """
        update correspondent set messages = ?, size_bytes = ?, changed_at = ?, changed_by = ?
        where day_at = ? and side = ? and direction = ? and node_id = ? and incarnation = ? and address = ?
        """

    private static let insertCorrespondent: StaticString = """
        insert into correspondent (messages, size_bytes, changed_at, changed_by, day_at, side, direction, node_id, incarnation, address)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static let removeCorrespondent: StaticString = """
        delete from correspondent where day_at = ? and side = ? and direction = ? and node_id = ? and incarnation = ? and address = ?
        """

    func add(_ deltas: MailFigureDeltas, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        var rows: [[FirebirdValue]] = []
        for period in StatisticsPeriod.allCases {
            for (key, amount) in deltas.by(period) { rows.append(values(period, key, amount)) }
        }
        try updateOrInsert(rows, update: Self.addToFigure, insert: Self.insertFigure, transaction)
    }

    func write(_ changes: [CorrespondentChange], _ transaction: FirebirdTransaction) throws(FirebirdError) {
        var present: [[FirebirdValue]] = []
        var gone: [[FirebirdValue]] = []
        for change in changes {
            if let total = change.total {
                present.append([.integer(total.messages), .integer(total.sizeBytes)] + trace + key(change))
            } else {
                gone.append(key(change))
            }
        }
        try updateOrInsert(present, update: Self.setCorrespondent, insert: Self.insertCorrespondent, transaction)
        try transaction.execute(Self.removeCorrespondent, many: gone)
    }

    /// Values stand in the same order in both statements; nearly always the row is there.
    private func updateOrInsert(
        _ rows: [[FirebirdValue]], update: StaticString, insert: StaticString, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        let counts = try transaction.attempt(update, many: rows)
        var missing: [[FirebirdValue]] = []
        for (row, count) in zip(rows, counts) where try count.get() == 0 { missing.append(row) }
        try transaction.execute(insert, many: missing)
    }

    private func values(_ period: StatisticsPeriod, _ key: MailFigureDeltas.Key, _ amount: MailFigureDeltas.Amount) -> [FirebirdValue] {
        [.integer(amount.messages), .integer(amount.sizeBytes)] + trace + [
            .text(period.rawValue), key.start.firebirdValue, holder.node.firebirdValue, .text(key.direction.rawValue),
            .text(key.result.rawValue),
        ]
    }

    private func key(_ change: CorrespondentChange) -> [FirebirdValue] {
        [
            change.day.firebirdValue, .text(change.side.rawValue), .text(change.direction.rawValue), holder.node.firebirdValue,
            .integer(holder.number), .octets(change.address),
        ]
    }

    private var trace: [FirebirdValue] { [time.firebirdValue, holder.node.firebirdValue] }
}
