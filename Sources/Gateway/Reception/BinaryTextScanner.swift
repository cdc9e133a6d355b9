import Glibc
import NIOCore
import SMTP

/// Looks at message text that comes in chunks (BDAT), as the DATA decoder looks at its own: since content is kept with CRLF line ends
/// and sent on by DATA, a CR or LF that stands alone is refused here too.
struct BinaryTextScanner {
    private(set) var violations: MessageTextSummary.Violations = []
    private(set) var hasEightBitOctets = false
    private(set) var longestLineOctets = 0
    private var lineOctets = 0
    /// A CR was the last octet.
    private var endsWithReturn = false
    /// Nothing came, or the last line is complete.
    private(set) var endsWithLineEnd = true

    /// Takes the next part.
    mutating func scan(_ content: ByteBuffer) {
        content.withUnsafeReadableBytes { octets in
            if !hasEightBitOctets { hasEightBitOctets = octets.contains { $0 > 127 } }
            var start = 0
            while start < octets.count {
                let lineFeed = Self.offset(of: 0x0a, in: octets, from: start, to: octets.count)
                scanLine(octets, start..<(lineFeed ?? octets.count), isComplete: lineFeed != nil)
                start = (lineFeed ?? octets.count) + 1
            }
        }
    }

    /// The last part has come.
    mutating func finish() {
        if endsWithReturn { violations.insert(.bareCarriageReturn) }
    }

    private mutating func scanLine(_ octets: UnsafeRawBufferPointer, _ part: Range<Int>, isComplete: Bool) {
        // A CR at the end of the part before belongs to this line's beginning.
        if endsWithReturn && !(isComplete && part.isEmpty) { violations.insert(.bareCarriageReturn) }
        let returnBefore = part.isEmpty ? endsWithReturn : octets[part.upperBound - 1] == 0x0d
        let textEnd = !part.isEmpty && returnBefore ? part.upperBound - 1 : part.upperBound
        if Self.offset(of: 0x0d, in: octets, from: part.lowerBound, to: textEnd) != nil { violations.insert(.bareCarriageReturn) }
        lineOctets += textEnd - part.lowerBound
        longestLineOctets = max(longestLineOctets, lineOctets)
        if isComplete {
            if !returnBefore { violations.insert(.bareLineFeed) }
            lineOctets = 0
        }
        endsWithReturn = !isComplete && returnBefore
        endsWithLineEnd = isComplete
    }

    private static func offset(of octet: UInt8, in octets: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int? {
        guard let base = octets.baseAddress, start < end, let found = memchr(base + start, Int32(octet), end - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
