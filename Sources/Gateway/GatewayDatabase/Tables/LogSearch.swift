import Firebird
import MessageLog
import Settings

/// How a page of the log is searched: along one index, newest first, asking each row it passes for the other conditions. Pure: makes
/// statements, runs none.
///
/// The indexes end in time and identifier, so a page begins where the one before ended, whatever came before it. When rows must be asked
/// (a part of the subject, say), the walk goes in slices of a known number of rows, so that it can stop between two of them and say how
/// far it came. A domain is many addresses: `rare` reads all of its rows and sorts them, for domains of few; of the others a walk by
/// time finds a page soon. So it is with a Message-ID, which one message has, unless somebody plays tricks.
struct LogSearch: Sendable {
    /// The index, by what is compared first.
    enum Way: Sendable, Hashable {
        case time
        case sender(String)
        case recipient(String)
        case client(String)
        case rareSenders(domain: String)
        case rareRecipients(domain: String)
        case rareMessageID(String)
    }

    let way: Way
    let filter: MessageLogFilter
    private let conditions: [FirebirdQuery]

    /// Rows walked over between two looks at the clock.
    var rowsPerSlice = LogSearch.usualRowsPerSlice
    static let usualRowsPerSlice = 5_000
    /// A domain with more rows is not rare.
    static let rareRows = 5_000

    init(_ filter: MessageLogFilter, rowsPerSlice: Int = LogSearch.usualRowsPerSlice) {
        self.init(filter, Self.way(filter))
        self.rowsPerSlice = rowsPerSlice
    }

    private init(_ filter: MessageLogFilter, _ way: Way) {
        self.filter = filter
        self.way = way
        conditions = Self.conditions(filter, way)
    }

    /// Whether one statement gives the whole page: each row on the way belongs to the result, or there are few.
    var isDirect: Bool { conditions.isEmpty || isSorted }

    /// The same search by a Message-ID's or a domain's own rows, for when `rareProbe` counts no more than `rareRows`. `nil` with neither to
    /// go by.
    var rare: LogSearch? {
        if !filter.messageID.isEmpty { return LogSearch(filter, .rareMessageID(filter.messageID)) }
        guard way == .time else { return nil }
        if case .domain(let domain) = filter.sender { return LogSearch(filter, .rareSenders(domain: domain)) }
        if case .domain(let domain) = filter.recipient { return LogSearch(filter, .rareRecipients(domain: domain)) }
        return nil
    }

    private static func way(_ filter: MessageLogFilter) -> Way {
        if case .address(let address) = filter.recipient { return .recipient(CorrespondentCondition.key(of: address)) }
        if case .address(let address) = filter.sender { return .sender(CorrespondentCondition.key(of: address)) }
        return filter.clientAddress.isEmpty ? .time : .client(filter.clientAddress)
    }

    private static func conditions(_ filter: MessageLogFilter, _ way: Way) -> [FirebirdQuery] {
        var conditions: [FirebirdQuery] = []
        if let sender = filter.sender, let condition = remaining(sender, column: "m.sender_key", way) { conditions.append(condition) }
        if let recipient = filter.recipient, let condition = remaining(recipient, column: "r.address_key", way) {
            conditions.append("exists (select 1 from recipient r where r.message_id = m.id and \(condition))")
        }
        if !filter.messageID.isEmpty, way != .rareMessageID(filter.messageID) { conditions.append(messageID(filter.messageID, "|| ''")) }
        if !filter.clientAddress.isEmpty, way != .client(filter.clientAddress) {
            conditions.append("m.client_address || '' = \(FirebirdValue.octets(filter.clientAddress))")
        }
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

    /// What the way does not decide by itself. Added to nothing, the column cannot draw the engine to its index.
    private static func remaining(_ condition: CorrespondentCondition, column: String, _ way: Way) -> FirebirdQuery? {
        let isSender = column == "m.sender_key"
        switch condition {
        case .address(let address):
            let key = CorrespondentCondition.key(of: address)
            if way == (isSender ? .sender(key) : .recipient(key)) { return nil }
            return "\(unsafeSQL: column) || '' = \(FirebirdValue.octets(key))"
        case .domain(let domain):
            if way == (isSender ? .rareSenders(domain: domain) : .rareRecipients(domain: domain)) { return nil }
            let prefix = CorrespondentCondition.keyPrefix(of: domain)
            return "\(unsafeSQL: column) || '' starting with \(FirebirdValue.octets(prefix))"
        }
    }

    /// With or without angle brackets on either side.
    private static func messageID(_ text: String, _ change: String = "") -> FirebirdQuery {
        let bare = text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
        return "m.message_id_field \(unsafeSQL: change) in (\(FirebirdValue.octets(bare)), \(FirebirdValue.octets("<\(bare)>")))"
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
    /// The rows after `cursor` down to `last` that meet all conditions, at most `limit`, each with its place on the way. Along recipients a
    /// message comes once for each of them, all at one place.
    func page(after cursor: MessageLogCursor?, downTo last: MessageLogCursor?, limit: Int) -> FirebirdQuery {
        var all = path(after: cursor) + conditions
        if let last {
            all.append(
                """
                \(unsafeSQL: time) >= \(last.receivedAt) and (\(unsafeSQL: time) + 0 > \(last.receivedAt)
                    or \(unsafeSQL: identifier) || '' >= \(last.message))
                """)
        }
        return """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: MessageRow.logColumns), \(unsafeSQL: time) as place_time,
                \(unsafeSQL: identifier) as place_message
            from \(unsafeSQL: tables)
            \(FirebirdQuery.where(all)) order by \(unsafeSQL: order)
            """
    }

    /// As `page`, of the rows in some ranges of the log only; they are collected and sorted.
    func page(in ranges: some Collection<Range<MessageLogCursor>>, limit: Int) -> FirebirdQuery {
        var all = [TextIndexRanges.condition(ranges)] + conditions
        if let from = filter.from { all.append("m.received_at + 0 >= \(from)") }
        return """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: MessageRow.logColumns), m.received_at as place_time,
                m.id as place_message
            from message m \(FirebirdQuery.where(all)) order by m.received_at + 0 desc, m.id desc
            """
    }

    /// What the text index is asked for; `nil` where the way is short already, or no text is searched for.
    var textTerms: TextTerms? { way == .time && !isDirect ? TextTerms(filter) : nil }

    /// The last row of the slice after `cursor`; none when fewer rows are left down to `floor`.
    func sliceEnd(after cursor: MessageLogCursor?, downTo floor: MessageLogCursor? = nil) -> FirebirdQuery {
        var all = path(after: cursor)
        if let floor { all.append("\(unsafeSQL: time) >= \(floor.receivedAt)") }
        return """
            select first 1 skip \(unsafeSQL: String(rowsPerSlice - 1)) \(unsafeSQL: time), \(unsafeSQL: identifier)
            from \(unsafeSQL: indexedTable) \(FirebirdQuery.where(all)) order by \(unsafeSQL: order)
            """
    }

    /// How many rows are on the way, counted up to one more than `rareRows`.
    func rareProbe(after cursor: MessageLogCursor?) -> FirebirdQuery {
        """
        select count(*) from (select first \(unsafeSQL: String(Self.rareRows + 1)) \(unsafeSQL: identifier) as one
            from \(unsafeSQL: indexedTable) \(FirebirdQuery.where(path(after: cursor))))
        """
    }

    /// What the index itself decides.
    private func path(after cursor: MessageLogCursor?) -> [FirebirdQuery] {
        var path: [FirebirdQuery] = []
        if let key { path.append(key.condition) }
        if let cursor {
            path.append(
                """
                \(unsafeSQL: time) <= \(cursor.receivedAt) and (\(unsafeSQL: time) + 0 < \(cursor.receivedAt)
                    or \(unsafeSQL: identifier) || '' < \(cursor.message))
                """)
        }
        if let from = filter.from { path.append("\(unsafeSQL: time) >= \(from)") }
        if let until = filter.until { path.append("\(unsafeSQL: time) < \(until)") }
        return path
    }

    private var key: (column: String, condition: FirebirdQuery)? {
        switch way {
        case .time: nil
        case .sender(let key): ("m.sender_key", "m.sender_key = \(FirebirdValue.octets(key))")
        case .recipient(let key): ("k.address_key", "k.address_key = \(FirebirdValue.octets(key))")
        case .client(let address): ("m.client_address", "m.client_address = \(FirebirdValue.octets(address))")
        case .rareMessageID(let text): ("m.message_id_field", Self.messageID(text))
        case .rareSenders(let domain):
            ("m.sender_key", "m.sender_key starting with \(FirebirdValue.octets(CorrespondentCondition.keyPrefix(of: domain)))")
        case .rareRecipients(let domain):
            ("k.address_key", "k.address_key starting with \(FirebirdValue.octets(CorrespondentCondition.keyPrefix(of: domain)))")
        }
    }

    private var isAlongRecipients: Bool {
        switch way {
        case .recipient, .rareRecipients: true
        case .time, .sender, .client, .rareSenders, .rareMessageID: false
        }
    }

    private var isSorted: Bool {
        switch way {
        case .rareSenders, .rareRecipients, .rareMessageID: true
        case .time, .sender, .recipient, .client: false
        }
    }

    private var indexedTable: String { isAlongRecipients ? "recipient k" : "message m" }
    /// The left join keeps the engine from beginning with the messages.
    private var tables: String { isAlongRecipients ? "recipient k left join message m on m.id = k.message_id" : "message m" }
    /// Of few rows the engine may not think of walking by time.
    private var time: String { (isAlongRecipients ? "k" : "m") + ".received_at" + (isSorted ? " + 0" : "") }
    private var identifier: String { isAlongRecipients ? "k.message_id" : "m.id" }

    /// All of the index's columns, in its order, so that the engine walks it and sorts nothing but the rows of a rare domain.
    private var order: String {
        let column = isSorted ? nil : key?.column
        return (column.map { "\($0) desc, " } ?? "") + "\(time) desc, \(identifier) desc"
    }
}
