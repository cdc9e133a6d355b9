/// Base64 of RFC 2045 §6.8: a tolerant reader and a writer.
enum Base64 {
    private static let skipped: UInt8 = 0xFE
    private static let padding: UInt8 = 0xFD
    private static let foreign: UInt8 = 0xFF

    /// Six-bit value, or one of the three marks above.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: foreign, count: 256)
        for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(truncatingIfNeeded: value) }
        for byte: UInt8 in [0x20, 0x09, 0x0D, 0x0A] { values[Int(byte)] = skipped }
        values[0x3D] = padding
        return values
    }()

    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Decodes all of `bytes` up to `limit` octets of output. Foreign characters are stepped over; data behind padding is read on,
    /// as most mail programs do; both are faults.
    static func decode(_ bytes: ArraySlice<UInt8>, limit: Int = Int.max) -> DecodedBytes {
        var result = DecodedBytes()
        result.bytes.reserveCapacity(min(limit, bytes.count / 4 * 3 + 3))
        var group = Group()
        let values = values
        for byte in bytes {
            let value = values[Int(byte)]
            if value < 64 {
                group.accumulator = group.accumulator << 6 | UInt32(value)
                group.count += 1
                if group.count == 4 {
                    guard result.bytes.count + 3 <= limit else {
                        result.isTruncated = true
                        return result
                    }
                    result.bytes.append(UInt8(truncatingIfNeeded: group.accumulator >> 16))
                    result.bytes.append(UInt8(truncatingIfNeeded: group.accumulator >> 8))
                    result.bytes.append(UInt8(truncatingIfNeeded: group.accumulator))
                    group.startNext()
                }
            } else if value != skipped {
                group.takeOther(isPadding: value == padding, into: &result)
            }
        }
        group.finish(into: &result)
        return result
    }

    /// Four characters in the making, and what has been seen of padding.
    private struct Group {
        var accumulator: UInt32 = 0
        var count = 0
        private var paddingSeen = 0
        private var isPadded = false

        mutating func startNext() {
            accumulator = 0
            count = 0
            if isPadded { hasDataBehindPadding = true }
        }

        private var hasDataBehindPadding = false

        mutating func takeOther(isPadding: Bool, into result: inout DecodedBytes) {
            guard isPadding else {
                result.faults.insert(.malformedBase64)
                return
            }
            if count == 0 {
                // The second sign of `==` ends up here; a sign on its own is a fault.
                if paddingSeen == 0 { result.faults.insert(.malformedBase64) }
                paddingSeen = max(0, paddingSeen - 1)
                return
            }
            if count == 1 { result.faults.insert(.malformedBase64) }
            paddingSeen = count == 2 ? 1 : 0
            flush(into: &result)
            if isPadded { result.faults.insert(.dataAfterBase64Padding) }
            isPadded = true
        }

        mutating func finish(into result: inout DecodedBytes) {
            if count > 0 || paddingSeen > 0 { result.faults.insert(.malformedBase64) }
            if hasDataBehindPadding || count > 0 && isPadded { result.faults.insert(.dataAfterBase64Padding) }
            flush(into: &result)
        }

        private mutating func flush(into result: inout DecodedBytes) {
            if count >= 2 { result.bytes.append(UInt8(truncatingIfNeeded: accumulator >> (count == 2 ? 4 : 10))) }
            if count == 3 { result.bytes.append(UInt8(truncatingIfNeeded: accumulator >> 2)) }
            accumulator = 0
            count = 0
        }
    }

    /// Encodes without line breaks.
    static func encode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let second = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
            let third = index + 2 < bytes.endIndex ? bytes[index + 2] : 0
            let group = UInt32(bytes[index]) << 16 | UInt32(second) << 8 | UInt32(third)
            result.append(alphabet[Int(group >> 18 & 63)])
            result.append(alphabet[Int(group >> 12 & 63)])
            result.append(index + 1 < bytes.endIndex ? alphabet[Int(group >> 6 & 63)] : 0x3D)
            result.append(index + 2 < bytes.endIndex ? alphabet[Int(group & 63)] : 0x3D)
            index += 3
        }
        return result
    }

    /// Encodes in lines of 76 characters, each ended by CRLF.
    static func encodeLines(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let octetsPerLine = 57
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count / octetsPerLine + 1) * 78)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let end = min(index + octetsPerLine, bytes.endIndex)
            result += encode(bytes[index..<end])
            result += [0x0D, 0x0A]
            index = end
        }
        return result
    }
}
