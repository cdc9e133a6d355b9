/// Where a zip's directory ends, found as Windows finds it: the last end record within reach of the longest comment ([APPNOTE] 4.3.16).
/// libarchive looks back less far and otherwise reads the local headers, which may tell something else.
struct ZipEnd: Sendable, Hashable {
    /// Of the archive without the comment.
    let end: Int
    /// Nothing but the record's comment stands behind it, and no other record could be meant.
    let isClear: Bool

    static let recordBytes = 22
    static let maximumCommentBytes = 65_535
    private static let mark: [UInt8] = [0x50, 0x4B, 0x05, 0x06]

    /// - Returns: `nil` when there is none.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let first = max(0, bytes.count - Self.recordBytes - Self.maximumCommentBytes)
        var found: Int?
        var reaching = 0
        var start = bytes.count - Self.recordBytes
        while start >= first {
            if bytes[start] == Self.mark[0], Self.mark.indices.allSatisfy({ bytes[start + $0] == Self.mark[$0] }) {
                if found == nil { found = start }
                if start + Self.recordBytes + Self.comment(bytes, start) == bytes.count { reaching += 1 }
            }
            start -= 1
        }
        guard let found else { return nil }
        end = found + Self.recordBytes
        let behind = end + Self.comment(bytes, found)
        // Some programs fill up with zeros.
        isClear =
            behind <= bytes.count && reaching <= 1 && bytes[behind...].allSatisfy { $0 == 0 }
            && (reaching == 0 || behind == bytes.count)
    }

    private static func comment(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
        Int(bytes[start + 20]) | Int(bytes[start + 21]) << 8
    }
}
