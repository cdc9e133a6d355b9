/// Message identifiers in a field body (RFC 5322 §3.6.4), tolerant of missing brackets and of anything between them.
enum MessageIdentifiers {
    /// `References` of long threads are cut by many programs; more than this is no thread.
    private static let maximumCount = 1_000

    static func read(_ bytes: [UInt8]) -> [String] {
        var result: [String] = []
        var position = 0
        while result.count < maximumCount, let open = bytes.firstIndex(of: 0x3C, from: position, to: bytes.count),
            let close = bytes.firstIndex(of: 0x3E, from: open, to: bytes.count)
        {
            let inner = bytes[(open + 1)..<close].filter { !$0.isBlankOrLineEnd }
            if !inner.isEmpty { result.append(String(decoding: inner, as: UTF8.self)) }
            position = close + 1
        }
        guard result.isEmpty else { return result }
        let words = bytes.split(maxSplits: maximumCount, whereSeparator: \.isBlankOrLineEnd)
        return words.filter { $0.contains(0x40) }.prefix(maximumCount).map { String(decoding: $0, as: UTF8.self) }
    }
}
