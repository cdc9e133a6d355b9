import Delivery
import Firebird
package import MessageLog
package import Quarantine
package import Settings

/// The quarantine as administrators and users see and change it. Actions: `QuarantineTable+actions.swift`.
package struct QuarantineTable: QuarantineStore {
    let sessions: DatabaseSessions
    /// Asserted where mail is removed by its age.
    var fence: PrimaryFence?

    private static let searchDeadline = Duration.seconds(8)
    private static let columns = """
        q.message_id, q.kind, q.quarantined_at, q.reason_english, q.reason_japanese, q.score_tenths, m.reverse_path, m.subject, m.size_bytes
        """

    /// A descending index gives the rows in order: of all messages, or of one owner's; of several owners' addresses the rows are sorted. A
    /// text is compared row by row.
    package func quarantined(
        _ filter: QuarantineFilter, of share: QuarantineShare, after cursor: QuarantineCursor?, limit: Int
    ) async throws(MessageLogError) -> [QuarantinedMessage] {
        let query = Self.query(filter, share, after: cursor, limit: limit)
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: MessageLogError.unavailable) { transaction in
            let rows = try transaction.query(query)
            let messages = try rows.map { try $0.decode(0, as: RecordIdentifier.self) }
            let recipients = try Self.recipients(of: messages, share, first: Self.listedRecipients, transaction)
            return try rows.map { try Self.message($0, recipients) }
        }
    }

    package func quarantinedMessage(
        _ message: RecordIdentifier, of share: QuarantineShare
    ) async throws(MessageLogError) -> QuarantinedMessage? {
        var conditions: [FirebirdQuery] = ["q.message_id = \(message)"]
        if case .recipients(_, let kind?) = share { conditions.append("q.kind = \(kind.rawValue)") }
        let query: FirebirdQuery = """
            select \(unsafeSQL: Self.columns) from quarantine q left join message m on m.id = q.message_id
            \(FirebirdQuery.where(conditions))
            """
        return try await sessions.read(.snapshotReadOnly, unavailable: MessageLogError.unavailable) { transaction in
            guard let row = try transaction.queryOne(query) else { return nil }
            let recipients = try Self.recipients(of: [message], share, first: .max, transaction)
            guard share == .everybody || recipients[message] != nil else { return nil }
            return try Self.message(row, recipients)
        }
    }

    static func query(
        _ filter: QuarantineFilter, _ share: QuarantineShare, after cursor: QuarantineCursor?, limit: Int
    ) -> FirebirdQuery {
        var conditions: [FirebirdQuery] = []
        var source: FirebirdQuery = "quarantine q"
        var kind = filter.kind
        if case .recipients(let keys, let onlyKind) = share {
            // One row a message, although it may have gone to several of his addresses.
            source = """
                (select distinct k.message_id, k.quarantined_at from quarantine_recipient k
                    where k.address_key in (\(list: QuarantineRow.keys(keys)))) k join quarantine q on q.message_id = k.message_id
                """
            kind = onlyKind ?? kind
        }
        if let cursor {
            conditions.append(
                """
                q.quarantined_at <= \(cursor.quarantinedAt)
                    and (q.quarantined_at + 0 < \(cursor.quarantinedAt) or q.message_id || '' < \(cursor.message))
                """
            )
        }
        if let kind { conditions.append("q.kind = \(kind.rawValue)") }
        if !filter.text.isEmpty { conditions.append(containing(filter.text.cut(to: MessageLogFilter.maximumTextBytes), share)) }
        return """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: columns) from \(source)
                left join message m on m.id = q.message_id
            \(FirebirdQuery.where(conditions)) order by q.quarantined_at desc, q.message_id desc
            """
    }

    /// Nobody finds out by searching who else got his message.
    private static func containing(_ text: String, _ share: QuarantineShare) -> FirebirdQuery {
        let own: FirebirdQuery = "m.reverse_path containing \(text) or m.subject containing \(text)"
        guard share == .everybody else { return "(\(own))" }
        return "(\(own) or exists (select 1 from recipient r where r.message_id = q.message_id and r.address containing \(text)))"
    }

    private struct Recipients {
        var first: [String] = []
        var count = 0
    }

    private static func recipients(
        of messages: [RecordIdentifier], _ share: QuarantineShare, first limit: Int, _ transaction: FirebirdTransaction
    ) throws -> [RecordIdentifier: Recipients] {
        var found: [RecordIdentifier: Recipients] = [:]
        let owners: FirebirdQuery =
            if case .recipients(let keys, _) = share { "and k.address_key in (\(list: QuarantineRow.keys(keys)))" } else { "" }
        for part in IdentifierList.parts(messages) {
            try transaction.forEach(
                """
                select k.message_id, r.address from quarantine_recipient k
                    join recipient r on r.message_id = k.message_id and r.ordinal = k.ordinal
                where k.message_id in (\(list: part)) \(owners) order by k.message_id || '', k.ordinal
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
