import Delivery
import Firebird
package import MessageLog
package import Quarantine
package import Settings

/// The quarantine as administrators see and change it. Actions: `QuarantineTable+actions.swift`.
package struct QuarantineTable: QuarantineStore {
    let sessions: DatabaseSessions

    private static let searchDeadline = Duration.seconds(8)
    private static let columns = """
        q.message_id, q.kind, q.quarantined_at, q.reason_english, q.reason_japanese, q.score_tenths, m.reverse_path, m.subject, m.size_bytes
        """

    /// The descending index gives the rows in order; nothing before the cursor is touched. A text is compared row by row.
    package func quarantined(
        _ filter: QuarantineFilter, after cursor: QuarantineCursor?, limit: Int
    ) async throws(MessageLogError) -> [QuarantinedMessage] {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append(
                "q.quarantined_at <= \(cursor.quarantinedAt) and (q.quarantined_at < \(cursor.quarantinedAt) or q.message_id < \(cursor.message))"
            )
        }
        if let kind = filter.kind { conditions.append("q.kind = \(kind.rawValue)") }
        if !filter.text.isEmpty { conditions.append(Self.containing(filter.text.cut(to: MessageLogFilter.maximumTextBytes))) }
        let query: FirebirdQuery = """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from quarantine q
                left join message m on m.id = q.message_id
            \(FirebirdQuery.where(conditions)) order by q.quarantined_at desc, q.message_id desc
            """
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: MessageLogError.unavailable) { transaction in
            let rows = try transaction.query(query)
            let messages = try rows.map { try $0.decode(0, as: RecordIdentifier.self) }
            let recipients = try Self.recipients(of: messages, first: Self.listedRecipients, transaction)
            return try rows.map { try Self.message($0, recipients) }
        }
    }

    package func quarantinedMessage(_ message: RecordIdentifier) async throws(MessageLogError) -> QuarantinedMessage? {
        try await sessions.read(.snapshotReadOnly, unavailable: MessageLogError.unavailable) { transaction in
            let row = try transaction.queryOne(
                """
                select \(unsafeSQL: Self.columns) from quarantine q left join message m on m.id = q.message_id where q.message_id = \(message)
                """)
            guard let row else { return nil }
            return try Self.message(row, try Self.recipients(of: [message], first: .max, transaction))
        }
    }

    private static func containing(_ text: String) -> FirebirdQuery {
        """
        (m.reverse_path containing \(text) or m.subject containing \(text)
            or exists (select 1 from recipient r where r.message_id = q.message_id and r.address containing \(text)))
        """
    }

    private struct Recipients {
        var first: [String] = []
        var count = 0
    }

    private static func recipients(
        of messages: [RecordIdentifier], first limit: Int, _ transaction: FirebirdTransaction
    ) throws -> [RecordIdentifier: Recipients] {
        var found: [RecordIdentifier: Recipients] = [:]
        for part in IdentifierList.parts(messages) {
            try transaction.forEach(
                """
                select k.message_id, r.address from quarantine_recipient k
                    join recipient r on r.message_id = k.message_id and r.ordinal = k.ordinal
                where k.message_id in (\(list: part)) order by k.message_id, k.ordinal
                """
            ) { row in
                var entry = found[try row.decode(0)] ?? Recipients()
                entry.count += 1
                if entry.first.count < limit { entry.first.append(try row.decode(1)) }
                found[try row.decode(0)] = entry
            }
        }
        return found
    }

    private static func message(_ row: FirebirdRow, _ recipients: [RecordIdentifier: Recipients]) throws -> QuarantinedMessage {
        let identifier: RecordIdentifier = try row.decode(0)
        let own = recipients[identifier] ?? Recipients()
        return QuarantinedMessage(
            message: identifier,
            mark: QuarantinedMessage.Mark(
                kind: try row.word("kind"), quarantinedAt: try row.decode(2),
                reason: LocalizedText(try row.octets(3), ja: try row.octets(4)),
                score: FilterScore(tenths: try row.decode(5))),
            reversePath: try row.decode(6, as: String?.self) ?? "", subject: try row.decode(7, as: String?.self) ?? "",
            sizeBytes: try row.decode(8, as: Int?.self) ?? 0, recipients: own.first, recipientCount: own.count)
    }
}
