import Firebird
import MessageLog
import Settings

/// A search under way: fills one page, newest first, in statements of bounded work.
///
/// Goes on until the page is full or nothing is left, whatever number of rows a message has on the way; when the time is over it says
/// how far it came. With the text index it looks only where the index says that something may be; the order and the pages are the same.
struct LogWalk {
    private let search: LogSearch
    private var index: TextIndexReader?
    private let limit: Int
    private(set) var rows: [(entry: MessageLogEntry, count: Int)] = []
    private var seen: Set<RecordIdentifier> = []
    /// Whatever does not lie before it has been looked at.
    private var position: MessageLogCursor?

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
        switch try index?.leg(before: position, transaction) ?? .walk(downTo: nil) {
        case .walk(let floor):
            let last = try sliceEnd(downTo: floor, transaction)
            return try take(search.page(after: position, downTo: last, limit: wanted), downTo: last, transaction)
        case .ranges(let ranges, let floor):
            guard !isBeyond(floor) else { return nil }
            guard !ranges.isEmpty else { return floor }
            let part = TextIndexRanges.part(ranges[...])
            let last = part.count == ranges.count ? floor : part.last?.lowerBound ?? floor
            // The same number each time: another would be another statement to prepare, and this is a long one.
            return try take(search.page(in: part, limit: limit), asked: limit, downTo: last, transaction)
        }
    }

    private var wanted: Int { limit - rows.count }

    /// Whether the position is before all that is asked for.
    private func isBeyond(_ floor: MessageLogCursor) -> Bool {
        guard let from = search.filter.from, let position else { return false }
        return position.receivedAt < from
    }

    private mutating func take(
        _ query: FirebirdQuery, asked: Int? = nil, downTo last: MessageLogCursor?, _ transaction: FirebirdTransaction
    ) throws -> MessageLogCursor? {
        let asked = asked ?? wanted
        let found = try transaction.query(query)
        for row in found where rows.count < limit {
            // A recipient whose message was purged meanwhile; and a message that has several recipients on the way.
            guard try row.decode(0, as: RecordIdentifier?.self) != nil else { continue }
            let entry = try MessageRow.entry(row)
            if seen.insert(entry.message).inserted { rows.append((entry, try row.decode("recipient_count"))) }
        }
        // As many rows as were asked for: others may follow them before the slice's end.
        return found.count < asked ? last : try found.last.map(Self.place)
    }

    /// The last place of the next slice, which ends at `floor` at the latest.
    private func sliceEnd(downTo floor: MessageLogCursor?, _ transaction: FirebirdTransaction) throws -> MessageLogCursor? {
        let end = try transaction.queryOne(search.sliceEnd(after: position, downTo: floor)).map {
            MessageLogCursor(receivedAt: try $0.decode(0), message: try $0.decode(1))
        }
        guard let floor else { return end }
        return max(end ?? floor, floor)
    }

    private static func place(_ row: FirebirdRow) throws -> MessageLogCursor {
        MessageLogCursor(receivedAt: try row.decode("place_time"), message: try row.decode("place_message"))
    }
}
