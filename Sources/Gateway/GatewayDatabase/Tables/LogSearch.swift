import Firebird
import MessageLog
import Settings

/// How a page of the log is searched: along the log's index, newest first, asking each row it passes for the conditions. Pure: makes
/// statements, runs none.
///
/// The index ends in the identifier, so a page begins where the one before ended, whatever came before it. When rows must be asked, the
/// walk goes in slices of a known number of rows, so that it can stop between two of them and say how far it came. Most conditions are
/// found by the text index (`textTerms`): then only its candidates are asked.
struct LogSearch: Sendable {
    let filter: MessageLogFilter
    private let conditions: [FirebirdQuery]

    /// Rows walked over between two looks at the clock.
    let rowsPerSlice: Int
    static let usualRowsPerSlice = 5_000

    init(_ filter: MessageLogFilter, rowsPerSlice: Int = LogSearch.usualRowsPerSlice) {
        self.filter = filter
        self.rowsPerSlice = rowsPerSlice
        conditions = Self.conditions(filter)
    }

    /// Whether each row on the way belongs to the result, so that one statement gives the whole page.
    var isDirect: Bool { conditions.isEmpty }

    /// What the text index is asked for; `nil` where it knows nothing of what is searched for.
    var textTerms: TextTerms? { isDirect ? nil : TextTerms(filter) }

    /// Of what `TextExactTerm` makes a term, the same must be asked here: it finds by hash, this decides.
    private static func conditions(_ filter: MessageLogFilter) -> [FirebirdQuery] {
        var conditions: [FirebirdQuery] = []
        if let sender = filter.sender { conditions.append(key("m.sender_key", sender)) }
        if let recipient = filter.recipient {
            conditions.append("exists (select 1 from recipient r where r.message_id = m.id and \(key("r.address_key", recipient)))")
        }
        if !filter.messageID.isEmpty { conditions.append(messageID(filter.messageID)) }
        if !filter.clientAddress.isEmpty { conditions.append("m.client_address = \(FirebirdValue.octets(filter.clientAddress))") }
        if let direction = filter.direction { conditions.append("m.direction = \(direction.rawValue)") }
        if let result = filter.result { conditions.append("m.result = \(result.rawValue)") }
        if let node = filter.node { conditions.append("m.node_id = \(node)") }
        if let bytes = filter.minimumBytes { conditions.append("m.size_bytes >= \(bytes)") }
        if let bytes = filter.maximumBytes { conditions.append("m.size_bytes <= \(bytes)") }
        if !filter.subject.isEmpty {
            conditions.append("\(FirebirdQuery.contains("m.subject", filter.subject.cut(to: MessageLogFilter.maximumTextBytes)))")
        }
        if !filter.text.isEmpty { conditions.append(containing(filter.text.cut(to: MessageLogFilter.maximumTextBytes))) }
        return conditions
    }

    private static func key(_ column: String, _ condition: CorrespondentCondition) -> FirebirdQuery {
        switch condition {
        case .address(let address):
            "\(unsafeSQL: column) = \(FirebirdValue.octets(CorrespondentCondition.key(of: address)))"
        case .domain(let domain):
            "\(unsafeSQL: column) starting with \(FirebirdValue.octets(CorrespondentCondition.keyPrefix(of: domain)))"
        }
    }

    /// With or without angle brackets on either side.
    private static func messageID(_ text: String) -> FirebirdQuery {
        let bare = text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
        return "m.message_id_field in (\(FirebirdValue.octets(bare)), \(FirebirdValue.octets("<\(bare)>")))"
    }

    private static func containing(_ text: String) -> FirebirdQuery {
        """
        (\(FirebirdQuery.contains("m.reverse_path", text)) or \(FirebirdQuery.contains("m.subject", text))
            or exists (select 1 from recipient r where r.message_id = m.id and \(FirebirdQuery.contains("r.address", text))))
        """
    }
}

// MARK: - statements

extension LogSearch {
    /// The rows after `cursor` down to `last` that meet all conditions, at most `limit`.
    func page(after cursor: MessageLogCursor?, downTo last: MessageLogCursor?, limit: Int) -> FirebirdQuery {
        var all = path(after: cursor) + conditions
        if let last {
            all.append(
                """
                m.received_at >= \(last.receivedAt) and (m.received_at + 0 > \(last.receivedAt) or m.id || '' >= \(last.message))
                """)
        }
        return """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: MessageRow.logColumns) from message m
            \(FirebirdQuery.where(all)) order by m.received_at desc, m.id desc
            """
    }

    /// As `page`, of the rows in some ranges of the log only; they are collected and sorted.
    func page(in ranges: some Collection<Range<MessageLogCursor>>, limit: Int) -> FirebirdQuery {
        collected(TextIndexRanges.condition(ranges), limit: limit)
    }

    /// As `page`, of some messages only, as far as they lie before `position`.
    func page(of messages: [RecordIdentifier?], before position: MessageLogCursor, limit: Int) -> FirebirdQuery {
        collected(
            """
            m.id in (\(list: messages)) and (m.received_at + 0 < \(position.receivedAt)
                or (m.received_at + 0 = \(position.receivedAt) and m.id || '' < \(position.message)))
            """, limit: limit)
    }

    private func collected(_ condition: FirebirdQuery, limit: Int) -> FirebirdQuery {
        var all = [condition] + conditions
        if let from = filter.from { all.append("m.received_at + 0 >= \(from)") }
        return """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: MessageRow.logColumns) from message m
            \(FirebirdQuery.where(all)) order by m.received_at + 0 desc, m.id || '' desc
            """
    }

    /// The last row of the slice after `cursor`; none when fewer rows are left down to `floor`.
    func sliceEnd(after cursor: MessageLogCursor?, downTo floor: MessageLogCursor? = nil) -> FirebirdQuery {
        var all = path(after: cursor)
        if let floor { all.append("m.received_at >= \(floor.receivedAt)") }
        return """
            select first 1 skip \(unsafeSQL: String(rowsPerSlice - 1)) m.received_at, m.id from message m
            \(FirebirdQuery.where(all)) order by m.received_at desc, m.id desc
            """
    }

    /// What the index itself decides.
    private func path(after cursor: MessageLogCursor?) -> [FirebirdQuery] {
        var path: [FirebirdQuery] = []
        if let cursor {
            path.append(
                """
                m.received_at <= \(cursor.receivedAt) and (m.received_at + 0 < \(cursor.receivedAt) or m.id || '' < \(cursor.message))
                """)
        }
        if let from = filter.from { path.append("m.received_at >= \(from)") }
        if let until = filter.until { path.append("m.received_at < \(until)") }
        return path
    }
}
