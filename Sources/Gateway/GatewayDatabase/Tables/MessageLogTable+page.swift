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
        let search = LogSearch(filter, rowsPerSlice: rowsPerSlice)
        let searchTime = searchTime
        let usesTextIndex = usesTextIndex
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: MessageLogError.unavailable) { transaction in
            let end = ContinuousClock.now.advanced(by: searchTime)
            let index = usesTextIndex ? try TextIndexReader(search.textTerms, transaction) : nil
            var walk = LogWalk(search, index: index, after: cursor, limit: limit)
            let searchedBackTo = try walk.run(until: end, transaction)
            let recipients = try Self.firstRecipients(of: walk.rows.map(\.entry.message), transaction)
            let records = walk.rows.map {
                MessageLogRecord(entry: $0.entry, recipients: recipients[$0.entry.message] ?? [], recipientCount: $0.count)
            }
            return MessageLogPage(records: records, searchedBackTo: searchedBackTo)
        }
    }
}
