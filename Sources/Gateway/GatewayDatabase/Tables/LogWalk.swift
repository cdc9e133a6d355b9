import Firebird
import MessageLog
import Settings

/// A search under way: fills one page, newest first, in statements of bounded work.
///
/// Goes on until the page is full or nothing is left; when the time is over it says how far it came. With the text index it looks only
/// where the index says that something may be; the order and the pages are the same.
struct LogWalk {
    private let search: LogSearch
    private var index: TextIndexReader?
    private let limit: Int
    private(set) var rows: [(entry: MessageLogEntry, count: Int)] = []
    /// Whatever does not lie before it has been looked at.
    private var position: MessageLogCursor?
    /// What the index named and was not asked yet, newest first, and down to where it is all there is.
    private var candidates: ArraySlice<TextCandidate> = []
    private var floor: MessageLogCursor?

    init(_ search: LogSearch, index: TextIndexReader?, after cursor: MessageLogCursor?, limit: Int) {
        self.search = search
        self.index = index
        self.limit = limit
        position = cursor
        // Without the newer ones the first statement begins where the walk does.
        if index != nil, let until = search.filter.until {
            let start = MessageLogCursor.start(of: until)
            position = min(cursor ?? start, start)
        }
    }

    /// - Returns: how far it came when the time was over; `nil` when the page is full or nothing is left.
    mutating func run(until end: ContinuousClock.Instant, _ transaction: FirebirdTransaction) throws -> MessageLogCursor? {
        while true {
            guard let reached = try step(transaction), rows.count < limit else { return nil }
            guard ContinuousClock.now < end else { return reached }
            position = reached
        }
    }

    /// One statement's worth of searching.
    /// - Returns: how far it came; `nil` when nothing is left.
    private mutating func step(_ transaction: FirebirdTransaction) throws -> MessageLogCursor? {
        guard !search.isDirect else { return try take(search.page(after: position, downTo: nil, limit: wanted), downTo: nil, transaction) }
        guard !isBeyondAll else { return nil }
        if let floor, !candidates.isEmpty { return try askCandidates(downTo: floor, transaction) }
        switch try index?.leg(before: position, transaction) ?? .walk(downTo: nil) {
        case .walk(let floor):
            let last = try sliceEnd(downTo: floor, transaction)
            return try take(search.page(after: position, downTo: last, limit: wanted), downTo: last, transaction)
        case .candidates(let found, let floor):
            candidates = found[...]
            self.floor = floor
            return found.isEmpty ? floor : try askCandidates(downTo: floor, transaction)
        }
    }

    private var wanted: Int { limit - rows.count }

    /// Whether the position is before all that is asked for.
    private var isBeyondAll: Bool {
        guard let from = search.filter.from, let position else { return false }
        return position.receivedAt < from
    }

    /// Asks as many of the candidates as one statement takes.
    private mutating func askCandidates(downTo floor: MessageLogCursor, _ transaction: FirebirdTransaction) throws -> MessageLogCursor? {
        let position = position ?? .start(of: UTCTime(milliseconds: .max))
        let (part, query) = candidates.first?.messages == nil ? rangesPart(before: position) : messagesPart(before: position)
        candidates = candidates.dropFirst(part.count)
        let last = candidates.isEmpty ? floor : part.last?.begin ?? floor
        // The same number each time: another would be another statement to prepare.
        let reached = try take(query, asked: limit, downTo: last, transaction)
        if reached != last { candidates = [] }
        return reached
    }

    private func rangesPart(before position: MessageLogCursor) -> (ArraySlice<TextCandidate>, FirebirdQuery) {
        let part = candidates.prefix(TextIndexRanges.maximum).prefix { $0.messages == nil }
        return (part, search.page(in: part.map { $0.begin..<max($0.begin, min($0.end, position)) }, limit: limit))
    }

    private func messagesPart(before position: MessageLogCursor) -> (ArraySlice<TextCandidate>, FirebirdQuery) {
        var count = 0
        let part = candidates.prefix {
            count += $0.messages?.count ?? TextCandidate.maximumMessages + 1
            return count <= TextCandidate.maximumMessages
        }
        let messages = IdentifierList.filledUp(part.flatMap { $0.messages ?? [] })
        return (part, search.page(of: messages, before: position, limit: limit))
    }

    private mutating func take(
        _ query: FirebirdQuery, asked: Int? = nil, downTo last: MessageLogCursor?, _ transaction: FirebirdTransaction
    ) throws -> MessageLogCursor? {
        let asked = asked ?? wanted
        let found = try transaction.query(query)
        for row in found.prefix(wanted) { rows.append((try MessageRow.entry(row), try row.decode("recipient_count"))) }
        // As many rows as were asked for: others may follow them before the slice's end.
        return found.count < asked ? last : try found.last.map(Self.place)
    }

    /// The last place of the next slice, which ends at `floor` at the latest.
    private func sliceEnd(downTo floor: MessageLogCursor?, _ transaction: FirebirdTransaction) throws -> MessageLogCursor? {
        let end = try transaction.queryOne(search.sliceEnd(after: position, downTo: floor)).map(Self.place)
        guard let floor else { return end }
        return max(end ?? floor, floor)
    }

    private static func place(_ row: FirebirdRow) throws -> MessageLogCursor {
        MessageLogCursor(receivedAt: try row.decode("received_at"), message: try row.decode("id"))
    }
}
