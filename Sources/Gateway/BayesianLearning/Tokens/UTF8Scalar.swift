/// Single characters of UTF-8, without making strings of them.
enum UTF8Scalar {
    /// The character that begins at a byte above 0x7F, and where the next begins; nil when the bytes are malformed.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (scalar: UInt32, next: Int)? {
        let lead = UInt32(bytes[start])
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard lead >= 0xC2, lead <= 0xF4, start + length <= bytes.count else { return nil }
        var scalar = lead & (0xFF >> UInt32(length + 1))
        for offset in 1..<length {
            let byte = UInt32(bytes[start + offset])
            guard byte & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | byte & 0x3F
        }
        return (scalar, start + length)
    }

    static func encode(_ scalar: UInt32, _ take: (UInt8) -> Void) {
        switch scalar {
        case 0..<0x80: take(UInt8(scalar))
        case 0x80..<0x800:
            take(UInt8(0xC0 | scalar >> 6))
            take(UInt8(0x80 | scalar & 0x3F))
        case 0x800..<0x1_0000:
            take(UInt8(0xE0 | scalar >> 12))
            take(UInt8(0x80 | scalar >> 6 & 0x3F))
            take(UInt8(0x80 | scalar & 0x3F))
        default:
            take(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18 & 7))
            take(UInt8(0x80 | scalar >> 12 & 0x3F))
            take(UInt8(0x80 | scalar >> 6 & 0x3F))
            take(UInt8(0x80 | scalar & 0x3F))
        }
    }

    /// The half-width voicing mark at `place`: what it adds to the number of the full-width kana before it.
    static func voicing(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt32? {
        guard place + 2 < bytes.count, bytes[place] == 0xEF, bytes[place + 1] == 0xBE else { return nil }
        switch bytes[place + 2] {
        case 0x9E: return 1
        case 0x9F: return 2
        default: return nil
        }
    }
}
