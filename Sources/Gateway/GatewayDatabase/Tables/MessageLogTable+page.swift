import Firebird
package import MessageLog
import Settings

/// Pages of the log.
extension MessageLogTable {
    /// How long a search walks before it stops and says how far it came: about what a person waits for without doubt.
    static let usualSearchTime = Duration.seconds(2)
    /// For the last slice, on a busy machine.
    static let searchDeadline = Duration.seconds(15)

    package func page(_ filter: MessageLogFilter, after cursor: MessageLogCursor?, limit: Int) async throws(MessageLogError)
        -> MessageLogPage
    {
        let asked = LogSearch(filter, rowsPerSlice: rowsPerSlice)
        let searchTime = searchTime
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: MessageLogError.unavailable) { transaction in
            let search = try Self.way(asked, after: cursor, transaction)
            let end = ContinuousClock.now.advanced(by: searchTime)
            let (rows, searchedBackTo) = try Self.walk(search, after: cursor, limit: limit, until: end, transaction)
            let recipients = try Self.firstRecipients(of: rows.map(\.entry.message), transaction)
            let records = rows.map {
                MessageLogRecord(entry: $0.entry, recipients: recipients[$0.entry.message] ?? [], recipientCount: $0.count)
            }
            return MessageLogPage(records: records, searchedBackTo: searchedBackTo)
        }
    }

    /// Goes on until the page is full or nothing is left, whatever number of rows a message has on the way; when the time is over it
    /// says how far it came.
    private static func walk(
        _ search: LogSearch, after cursor: MessageLogCursor?, limit: Int, until end: ContinuousClock.Instant,
        _ transaction: FirebirdTransaction
    ) throws -> (rows: [(entry: MessageLogEntry, count: Int)], searchedBackTo: MessageLogCursor?) {
        var rows: [(entry: MessageLogEntry, count: Int)] = []
        var seen: Set<RecordIdentifier> = []
        var position = cursor
        while true {
            let last = search.isDirect ? nil : try sliceEnd(search, after: position, transaction)
            let wanted = limit - rows.count
            let found = try transaction.query(search.page(after: position, downTo: last, limit: wanted))
            for row in found {
                // A recipient whose message was purged meanwhile; and a message that has several recipients on the way.
                guard try row.decode(0, as: RecordIdentifier?.self) != nil else { continue }
                let entry = try MessageRow.entry(row)
                if seen.insert(entry.message).inserted { rows.append((entry, try row.decode("recipient_count"))) }
            }
            guard rows.count < limit else { return (rows, nil) }
            // As many rows as were asked for: others may follow them before the slice's end.
            let reached = found.count < wanted ? last : try found.last.map(Self.place)
            guard let reached else { return (rows, nil) }
            guard ContinuousClock.now < end else { return (rows, reached) }
            position = reached
        }
    }

    private static func place(_ row: FirebirdRow) throws -> MessageLogCursor {
        MessageLogCursor(receivedAt: try row.decode("place_time"), message: try row.decode("place_message"))
    }

    /// A rare domain's own rows, if a rare domain is asked for.
    private static func way(
        _ search: LogSearch, after cursor: MessageLogCursor?, _ transaction: FirebirdTransaction
    ) throws -> LogSearch {
        guard let rare = search.rare, let row = try transaction.queryOne(rare.rareProbe(after: cursor)) else { return search }
        return try row.decode(0, as: Int.self) <= LogSearch.rareRows ? rare : search
    }

    private static func sliceEnd(
        _ search: LogSearch, after cursor: MessageLogCursor?, _ transaction: FirebirdTransaction
    ) throws -> MessageLogCursor? {
        try transaction.queryOne(search.sliceEnd(after: cursor)).map {
            MessageLogCursor(receivedAt: try $0.decode(0), message: try $0.decode(1))
        }
    }
}
