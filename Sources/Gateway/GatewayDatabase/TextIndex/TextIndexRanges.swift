import Firebird
import MessageLog

/// Statements on some ranges of the log at once: the engine collects their rows along its index and sorts what is found.
enum TextIndexRanges {
    /// So many ranges in one statement; each size is one prepared statement.
    static let sizes = [2, 8]

    /// What one statement asks.
    static let maximum = 8

    /// - Parameter ranges: repeated up to the next size.
    static func condition(_ ranges: some Collection<Range<MessageLogCursor>>) -> FirebirdQuery {
        var padded = Array(ranges)
        let size = sizes.first { $0 >= padded.count } ?? padded.count
        while let last = padded.last, padded.count < size { padded.append(last) }
        // Nothing but ranges: else the engine would read the whole table.
        guard var all = padded.first.map(condition) else { return "1 = 0" }
        for range in padded.dropFirst() { all = "\(all) or \(condition(range))" }
        return "(\(all))"
    }

    private static func condition(_ range: Range<MessageLogCursor>) -> FirebirdQuery {
        let (lower, upper) = (range.lowerBound, range.upperBound)
        return """
            (m.received_at >= \(lower.receivedAt) and m.received_at <= \(upper.receivedAt)
                and (m.received_at + 0 > \(lower.receivedAt) or m.id || '' >= \(lower.message))
                and (m.received_at + 0 < \(upper.receivedAt) or m.id || '' < \(upper.message)))
            """
    }
}
