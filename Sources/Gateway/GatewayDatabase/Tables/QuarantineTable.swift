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
    static let columns = """
        q.message_id, q.kind, q.quarantined_at, q.reason_english, q.reason_japanese, q.score_tenths, m.reverse_path, m.subject, m.size_bytes
        """

    /// Off in tests only, which compare.
    var usesTextIndex = true

    /// A descending index gives the rows in order: of all messages, or of one owner's; of several owners' addresses the rows are sorted. A
    /// text is compared row by row; a rare one where the text index says that it may be.
    package func quarantined(
        _ filter: QuarantineFilter, of share: QuarantineShare, after cursor: QuarantineCursor?, limit: Int
    ) async throws(MessageLogError) -> [QuarantinedMessage] {
        let search = QuarantineSearch(filter, share, after: cursor, limit: limit)
        let usesTextIndex = usesTextIndex
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: MessageLogError.unavailable) { transaction in
            let rows = try usesTextIndex ? search.run(transaction) : transaction.query(search.walk())
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

    private struct Recipients {
        var first: [String] = []
        var count = 0
    }

    /// The left join keeps the engine from reading every recipient there is, as it did in some sizes of the tables.
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
                    left join recipient r on r.message_id = k.message_id and r.ordinal = k.ordinal
                where k.message_id in (\(list: part)) \(owners) order by k.message_id || '', k.ordinal
                """
            ) { row in
                guard let address = try row.decode(1, as: String?.self) else { return }
                var entry = found[try row.decode(0)] ?? Recipients()
                entry.count += 1
                if entry.first.count < limit { entry.first.append(address) }
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
