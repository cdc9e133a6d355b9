import Glibc
import NIOCore

/// Keeps the header section of a message while its content streams by: a slice of what came in when the first part holds all of it,
/// a copy otherwise; never more than its limit.
struct HeaderCapture {
    /// Up to and with the CRLF of the last field, without the empty line.
    private(set) var header = ByteBuffer()
    private(set) var isComplete = false
    private(set) var isTooBig = false
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes the next part of the content; nothing happens once the header is complete.
    mutating func take(_ content: ByteBuffer) {
        guard !isComplete, !isTooBig else { return }
        let searchStart = max(0, header.readableBytes - 3)  // the empty line may lie across two parts
        if header.readableBytes == 0 {
            header = content
        } else {
            header.writeImmutableBuffer(content)
        }
        if let end = Self.endOfHeader(header, from: searchStart) {
            isComplete = true
            header = header.getSlice(at: header.readerIndex, length: end) ?? ByteBuffer()
        }
        if header.readableBytes > limit {
            isTooBig = true
            header = ByteBuffer()
        }
    }

    /// `Received` fields (RFC 5321 §6.3), for content whose decoder does not count them.
    var receivedFieldCount: Int {
        let name = Array("received".utf8)
        return header.withUnsafeReadableBytes { octets in
            var count = 0
            var start = 0
            while start < octets.count {
                let rest = octets[start...]
                // Letters of any case; white space before the colon is the obsolete syntax of RFC 5322 §4.5.
                if rest.count > name.count, zip(rest, name).allSatisfy({ $0 | 0x20 == $1 }),
                    rest.dropFirst(name.count).first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: ":")
                {
                    count += 1
                }
                start = (Self.offset(of: 0x0a, in: octets, from: start) ?? octets.count) + 1
            }
            return count
        }
    }

    /// Where the empty line begins, counted from the reader index.
    private static func endOfHeader(_ buffer: ByteBuffer, from start: Int) -> Int? {
        buffer.withUnsafeReadableBytes { octets in
            if octets.count >= 2, octets[0] == 0x0d, octets[1] == 0x0a { return 0 }
            var position = start
            while let lineFeed = offset(of: 0x0a, in: octets, from: position) {
                guard lineFeed + 2 < octets.count else { return nil }
                if octets[lineFeed + 1] == 0x0d, octets[lineFeed + 2] == 0x0a { return lineFeed + 1 }
                position = lineFeed + 1
            }
            return nil
        }
    }

    private static func offset(of octet: UInt8, in octets: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = octets.baseAddress, start < octets.count, let found = memchr(base + start, Int32(octet), octets.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
