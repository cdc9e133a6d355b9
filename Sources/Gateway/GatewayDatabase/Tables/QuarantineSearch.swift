import Firebird
import MessageLog
import Quarantine
import Settings

/// How a page of the quarantine is searched. A text is first looked for among the newest rows, where a frequent one fills the page. Then
/// the text index says which messages of the log may have it; if these are few, only they are asked, and those that are kept are sorted
/// by when they came into quarantine.
struct QuarantineSearch: Sendable {
    let filter: QuarantineFilter
    let share: QuarantineShare
    let cursor: QuarantineCursor?
    let limit: Int

    /// Rows of the quarantine that are asked before the index.
    private static let firstRows = 1_000
    /// Of the index's blocks; with more the quarantine itself is walked.
    private static let maximumBlocks = 600
    /// Messages that are not indexed and may be asked besides.
    private static let maximumUnindexed = 5_000

    init(_ filter: QuarantineFilter, _ share: QuarantineShare, after cursor: QuarantineCursor?, limit: Int) {
        self.filter = filter
        self.share = share
        self.cursor = cursor
        self.limit = max(1, limit)
    }

    func run(_ transaction: FirebirdTransaction) throws -> [FirebirdRow] {
        guard let terms = TextTerms([filter.text.cut(to: MessageLogFilter.maximumTextBytes)]),
            let end = try transaction.queryOne(sliceEnd())
        else { return try transaction.query(walk()) }
        let last = QuarantineCursor(quarantinedAt: try end.decode(0), message: try end.decode(1))
        let newest = try transaction.query(walk(downTo: last))
        if newest.count == limit { return newest }
        return try indexed(terms, transaction) ?? transaction.query(walk())
    }

    /// - Returns: `nil` when walking is as good.
    private func indexed(_ terms: TextTerms, _ transaction: FirebirdTransaction) throws -> [FirebirdRow]? {
        guard var reader = try TextIndexReader(terms, transaction),
            let found = try reader.allCandidates(limit: Self.maximumBlocks, transaction)
        else { return nil }
        let unindexed = try transaction.queryOne(Self.count(found.rest))?.decode(0, as: Int.self) ?? .max
        guard unindexed <= Self.maximumUnindexed else { return nil }
        var rows: [(place: QuarantineCursor, row: FirebirdRow)] = []
        // Segments that are merged just now may be seen both ways.
        var seen: Set<RecordIdentifier> = []
        for query in queries(found.rest + found.indexed.filter { $0.messages == nil }.map { $0.begin..<$0.end }, found.indexed) {
            for row in try transaction.query(query) {
                let message: RecordIdentifier = try row.decode(0)
                guard seen.insert(message).inserted else { continue }
                rows.append((QuarantineCursor(quarantinedAt: try row.decode(2), message: message), row))
            }
        }
        return rows.sorted { Self.isNewer($0.place, $1.place) }.prefix(limit).map(\.row)
    }

    private func queries(_ ranges: [Range<MessageLogCursor>], _ candidates: [TextCandidate]) -> [FirebirdQuery] {
        stride(from: 0, to: ranges.count, by: TextIndexRanges.maximum).map {
            page(in: ranges[$0..<min(ranges.count, $0 + TextIndexRanges.maximum)])
        } + IdentifierList.parts(candidates.flatMap { $0.messages ?? [] }).map(page(of:))
    }

    private static func isNewer(_ one: QuarantineCursor, _ other: QuarantineCursor) -> Bool {
        one.quarantinedAt != other.quarantinedAt ? one.quarantinedAt > other.quarantinedAt : one.message > other.message
    }
}

// MARK: - statements

extension QuarantineSearch {
    /// The rows after the cursor, down to `last`, in order.
    func walk(downTo last: QuarantineCursor? = nil) -> FirebirdQuery {
        var conditions = path
        if let last {
            conditions.append(
                """
                q.quarantined_at >= \(last.quarantinedAt)
                    and (q.quarantined_at + 0 > \(last.quarantinedAt) or q.message_id || '' >= \(last.message))
                """)
        }
        conditions += rest
        return """
            select first \(unsafeSQL: String(limit)) \(unsafeSQL: QuarantineTable.columns) from \(source)
                left join message m on m.id = q.message_id
            \(FirebirdQuery.where(conditions)) order by q.quarantined_at desc, q.message_id desc
            """
    }

    func sliceEnd() -> FirebirdQuery {
        """
        select first 1 skip \(unsafeSQL: String(Self.firstRows - 1)) q.quarantined_at, q.message_id from \(source)
        \(FirebirdQuery.where(path)) order by q.quarantined_at desc, q.message_id desc
        """
    }

    /// Those of the messages in some ranges of the log that are kept.
    func page(in ranges: some Collection<Range<MessageLogCursor>>) -> FirebirdQuery { kept(TextIndexRanges.condition(ranges)) }

    /// Those of some messages that are kept.
    func page(of messages: [RecordIdentifier?]) -> FirebirdQuery { kept("m.id in (\(list: messages))") }

    /// The left join keeps the engine from beginning with the quarantine.
    private func kept(_ condition: FirebirdQuery) -> FirebirdQuery {
        var conditions: [FirebirdQuery] = [condition, "q.message_id is not null"]
        if let cursor {
            conditions.append(
                """
                q.quarantined_at + 0 <= \(cursor.quarantinedAt)
                    and (q.quarantined_at + 0 < \(cursor.quarantinedAt) or q.message_id || '' < \(cursor.message))
                """)
        }
        if let kind { conditions.append("q.kind = \(kind.rawValue)") }
        if case .recipients(let keys, _) = share {
            conditions.append(
                """
                exists (select 1 from quarantine_recipient k where k.message_id = q.message_id
                    and k.address_key || '' in (\(list: QuarantineRow.keys(keys))))
                """)
        }
        conditions += rest
        return """
            select first \(unsafeSQL: String(limit)) \(unsafeSQL: QuarantineTable.columns)
            from message m left join quarantine q on q.message_id = m.id
            \(FirebirdQuery.where(conditions)) order by q.quarantined_at + 0 desc, q.message_id || '' desc
            """
    }

    private static func count(_ ranges: [Range<MessageLogCursor>]) -> FirebirdQuery {
        """
        select count(*) from (select first \(unsafeSQL: String(maximumUnindexed + 1)) m.id as one from message m
            where \(TextIndexRanges.condition(ranges)))
        """
    }

    private var source: FirebirdQuery {
        guard case .recipients(let keys, _) = share else { return "quarantine q" }
        // One row a message, although it may have gone to several of his addresses.
        return """
            (select distinct k.message_id, k.quarantined_at from quarantine_recipient k
                where k.address_key in (\(list: QuarantineRow.keys(keys)))) k join quarantine q on q.message_id = k.message_id
            """
    }

    private var path: [FirebirdQuery] {
        var path: [FirebirdQuery] = []
        if let cursor {
            path.append(
                """
                q.quarantined_at <= \(cursor.quarantinedAt)
                    and (q.quarantined_at + 0 < \(cursor.quarantinedAt) or q.message_id || '' < \(cursor.message))
                """)
        }
        if let kind { path.append("q.kind = \(kind.rawValue)") }
        return path
    }

    private var rest: [FirebirdQuery] {
        filter.text.isEmpty ? [] : [containing(filter.text.cut(to: MessageLogFilter.maximumTextBytes))]
    }

    private var kind: QuarantineKind? {
        if case .recipients(_, let onlyKind?) = share { return onlyKind }
        return filter.kind
    }

    /// Nobody finds out by searching who else got his message.
    private func containing(_ text: String) -> FirebirdQuery {
        let own: FirebirdQuery = "\(FirebirdQuery.contains("m.reverse_path", text)) or \(FirebirdQuery.contains("m.subject", text))"
        guard share == .everybody else { return "(\(own))" }
        return
            "(\(own) or exists (select 1 from recipient r where r.message_id = q.message_id and \(FirebirdQuery.contains("r.address", text))))"
    }
}
