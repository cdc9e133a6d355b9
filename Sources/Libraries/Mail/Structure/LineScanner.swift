/// Walks over the lines of a message once: LF and CRLF end a line; CR alone does only where a message has no LF at all.
struct LineScanner {
    struct Line {
        /// First byte of the line.
        var start: Int
        /// Behind the last byte before the line end.
        var end: Int
        /// First byte of the next line.
        var next: Int

        var isEmpty: Bool { start == end }
    }

    var position: Int
    private let end: Int
    private let terminator: UInt8

    init(_ bytes: [UInt8], range: Range<Int>) {
        position = range.lowerBound
        end = min(range.upperBound, bytes.count)
        // Old Macintosh archives and test copies end lines with CR; an LF anywhere makes CR an ordinary byte.
        let hasLineFeed = bytes.firstIndex(of: 0x0A, from: 0, to: bytes.count) != nil
        terminator = hasLineFeed || bytes.firstIndex(of: 0x0D, from: 0, to: bytes.count) == nil ? 0x0A : 0x0D
    }

    mutating func next(in bytes: [UInt8]) -> Line? {
        guard position < end else { return nil }
        let start = position
        guard let found = bytes.firstIndex(of: terminator, from: start, to: end) else {
            position = end
            return Line(start: start, end: withoutCarriageReturn(bytes, start, end), next: end)
        }
        position = found + 1
        return Line(start: start, end: withoutCarriageReturn(bytes, start, found), next: found + 1)
    }

    private func withoutCarriageReturn(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
        terminator == 0x0A && end > start && bytes[end - 1] == 0x0D ? end - 1 : end
    }
}
