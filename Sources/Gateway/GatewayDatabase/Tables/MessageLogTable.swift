import Firebird
package import MessageLog
package import Settings

/// The message log as it is read: one message in full. Pages: `MessageLogTable+page.swift`.
package struct MessageLogTable: MessageLogStore {
    let sessions: DatabaseSessions

    /// How long a search walks; tests stop it earlier.
    var searchTime = MessageLogTable.usualSearchTime
    /// Fewer in tests only.
    var rowsPerSlice = LogSearch.usualRowsPerSlice
    /// Off in tests only, which compare.
    var usesTextIndex = true

    init(sessions: DatabaseSessions) { self.sessions = sessions }

    package func details(of message: RecordIdentifier) async throws(MessageLogError) -> MessageLogDetails? {
        try await sessions.read(.snapshotReadOnly, unavailable: MessageLogError.unavailable) { transaction in
            let row = try transaction.queryOne("select \(unsafeSQL: MessageRow.logColumns) from message m where m.id = \(message)")
            guard let row else { return nil }
            let recipients = try transaction.query(
                "select ordinal, address, state, reason, changed_at, alias from recipient where message_id = \(message) order by ordinal")
            var entry = try MessageRow.entry(row)
            entry.judgement = try JudgementRow.judgement(of: message, transaction)
            let record = MessageLogRecord(
                entry: entry, recipients: try recipients.map(RecipientRow.entry),
                recipientCount: try row.decode("recipient_count"))
            return MessageLogDetails(record: record, events: try Self.events(of: message, transaction))
        }
    }

    static func firstRecipients(
        of messages: [RecordIdentifier], _ transaction: FirebirdTransaction
    ) throws -> [RecordIdentifier: [RecipientLogEntry]] {
        var recipients: [RecordIdentifier: [RecipientLogEntry]] = [:]
        for part in IdentifierList.parts(messages) {
            try transaction.forEach(firstRecipients(of: part)) {
                recipients[try $0.decode(0), default: []].append(try RecipientRow.entry($0))
            }
        }
        return recipients
    }

    /// Ordered by its key alone the engine would walk the whole table's index for it, instead of sorting these few rows.
    static func firstRecipients(of part: [RecordIdentifier?]) -> FirebirdQuery {
        """
        select message_id, ordinal, address, state, reason, changed_at, alias from recipient
        where message_id in (\(list: part)) and ordinal < \(listedRecipients) order by message_id || '', ordinal
        """
    }

    /// The newest ones, put into the order they happened in.
    private static func events(of message: RecordIdentifier, _ transaction: FirebirdTransaction) throws -> [DeliveryHistoryEvent] {
        try transaction.query(
            """
            select first \(unsafeSQL: String(maximumEvents)) message_id, id, ordinal, happened_at, node_id, kind, attempt, next_hop, reply, tls,
                duration_milliseconds, transcript
            from delivery_event where message_id = \(message) order by happened_at desc, id desc
            """
        ).reversed().map(DeliveryEventRow.event)
    }
}

/// Identifiers for `in (…)`, in pieces of few sizes: each size is one prepared statement.
enum IdentifierList {
    static let sizes = [1, 8, 64]

    static func parts(_ identifiers: [RecordIdentifier]) -> [[RecordIdentifier?]] {
        let largest = sizes.last ?? 1
        return stride(from: 0, to: identifiers.count, by: largest).map { start in
            filledUp(identifiers[start..<min(identifiers.count, start + largest)])
        }
    }

    /// One piece, filled up with NULL, which equals nothing.
    static func filledUp(_ part: some Collection<RecordIdentifier>) -> [RecordIdentifier?] {
        let size = sizes.first { $0 >= part.count } ?? part.count
        return Array(part) + [RecordIdentifier?](repeating: nil, count: size - part.count)
    }
}
