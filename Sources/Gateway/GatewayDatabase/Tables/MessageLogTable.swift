import Firebird
package import MessageLog
package import Settings

/// The message log as it is read.
///
/// Plan of a page: the descending index (received_at, id) is walked from the cursor on, so the work is that of the rows shown
/// and of those that the filter passes over. A text is compared row by row (sender, subject, then recipients by their key): such a
/// search reads at most as much as fits into `searchDeadline` and then asks for a narrower time range.
package struct MessageLogTable: MessageLogStore {
    let sessions: DatabaseSessions

    /// How long a search may walk.
    static let searchDeadline = Duration.seconds(8)

    package func page(_ filter: MessageLogFilter, after cursor: MessageLogCursor?, limit: Int) async throws(MessageLogError)
        -> [MessageLogRecord]
    {
        let query = Self.query(filter, after: cursor, limit: limit)
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: Self.unavailable) { transaction in
            let rows = try transaction.query(query)
            let entries = try rows.map { (entry: try MessageRow.entry($0), count: try $0.decode("recipient_count", as: Int.self)) }
            let recipients = try Self.firstRecipients(of: entries.map(\.entry.message), transaction)
            return entries.map {
                MessageLogRecord(entry: $0.entry, recipients: recipients[$0.entry.message] ?? [], recipientCount: $0.count)
            }
        }
    }

    package func details(of message: RecordIdentifier) async throws(MessageLogError) -> MessageLogDetails? {
        try await sessions.read(.snapshotReadOnly, unavailable: MessageLogError.unavailable) { transaction in
            let row = try transaction.queryOne("select \(unsafeSQL: MessageRow.logColumns) from message m where m.id = \(message)")
            guard let row else { return nil }
            let recipients = try transaction.query(
                "select ordinal, address, state, reason, changed_at from recipient where message_id = \(message) order by ordinal")
            let record = MessageLogRecord(
                entry: try MessageRow.entry(row), recipients: try recipients.map(RecipientRow.entry),
                recipientCount: try row.decode("recipient_count"))
            return MessageLogDetails(record: record, events: try Self.events(of: message, transaction))
        }
    }

    static func query(_ filter: MessageLogFilter, after cursor: MessageLogCursor?, limit: Int) -> FirebirdQuery {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append(
                "m.received_at <= \(cursor.receivedAt) and (m.received_at < \(cursor.receivedAt) or m.id < \(cursor.message))")
        }
        if let from = filter.from { conditions.append("m.received_at >= \(from)") }
        if let until = filter.until { conditions.append("m.received_at < \(until)") }
        if let direction = filter.direction { conditions.append("m.direction = \(direction.rawValue)") }
        if let result = filter.result { conditions.append("m.result = \(result.rawValue)") }
        if !filter.text.isEmpty { conditions.append(containing(filter.text.cut(to: MessageLogFilter.maximumTextBytes))) }
        return """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: MessageRow.logColumns) from message m
            \(FirebirdQuery.where(conditions)) order by m.received_at desc, m.id desc
            """
    }

    private static func containing(_ text: String) -> FirebirdQuery {
        """
        (m.reverse_path containing \(text) or m.subject containing \(text)
            or exists (select 1 from recipient r where r.message_id = m.id and r.address containing \(text)))
        """
    }

    private static func firstRecipients(
        of messages: [RecordIdentifier], _ transaction: FirebirdTransaction
    ) throws -> [RecordIdentifier: [RecipientLogEntry]] {
        var recipients: [RecordIdentifier: [RecipientLogEntry]] = [:]
        for part in IdentifierList.parts(messages) {
            try transaction.forEach(
                """
                select message_id, ordinal, address, state, reason, changed_at from recipient
                where message_id in (\(list: part)) and ordinal < \(listedRecipients) order by message_id, ordinal
                """
            ) { recipients[try $0.decode(0), default: []].append(try RecipientRow.entry($0)) }
        }
        return recipients
    }

    /// The newest ones, put into the order they happened in.
    private static func events(of message: RecordIdentifier, _ transaction: FirebirdTransaction) throws -> [DeliveryHistoryEvent] {
        try transaction.query(
            """
            select first \(unsafeSQL: String(maximumEvents)) message_id, id, ordinal, happened_at, node_id, kind, attempt, next_hop, reply, tls,
                duration_milliseconds
            from delivery_event where message_id = \(message) order by happened_at desc, id desc
            """
        ).reversed().map(DeliveryEventRow.event)
    }

    private static func unavailable(_ cause: String) -> MessageLogError {
        .unavailable(cause: cause.hasPrefix("deadlineExceeded") ? "the search took too long; name a shorter time range" : cause)
    }
}

/// Identifiers for `in (…)`, in pieces of few sizes: each size is one prepared statement.
enum IdentifierList {
    static let sizes = [1, 8, 64]

    /// The last piece is filled up with NULL, which equals nothing.
    static func parts(_ identifiers: [RecordIdentifier]) -> [[RecordIdentifier?]] {
        let largest = sizes.last ?? 1
        return stride(from: 0, to: identifiers.count, by: largest).map { start in
            let part = identifiers[start..<min(identifiers.count, start + largest)]
            let size = sizes.first { $0 >= part.count } ?? largest
            return Array(part) + [RecordIdentifier?](repeating: nil, count: size - part.count)
        }
    }
}
