/// Compresses into the gzip format (RFC 1952) with the fixed codes of RFC 1951 §3.2.6: reports repeat themselves so much that better
/// codes would gain little.
enum Gzip {
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        output += Deflate.compress(bytes)
        for value in [checksum(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
            output += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
        }
        return output
    }

    /// CRC-32 (RFC 1952 §8).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ value >> 8 }
        return ~value
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}

/// Replaces repetitions by references (RFC 1951). The last place of each three bytes is remembered and only that one is tried, so the
/// time is in proportion to the input.
private struct Deflate {
    private static let window = 32_768
    private static let shortest = 3
    private static let longest = 258
    private static let hashBits = 15

    private var output: [UInt8] = []
    private var bits: UInt32 = 0
    private var bitCount = 0

    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var deflate = Deflate()
        deflate.write(bytes)
        return deflate.output
    }

    private mutating func write(_ bytes: [UInt8]) {
        // The last block, with fixed codes.
        put(0b011, 3)
        var last = [Int](repeating: -1, count: 1 << Self.hashBits)
        var position = 0
        while position < bytes.count {
            let length = match(bytes, position, &last)
            if let length {
                position += length
            } else {
                putSymbol(Int(bytes[position]))
                position += 1
            }
        }
        putSymbol(256)
        if bitCount > 0 { output.append(UInt8(truncatingIfNeeded: bits)) }
    }

    /// Writes a reference if what stands here stood before, and says how long it is.
    private mutating func match(_ bytes: [UInt8], _ position: Int, _ last: inout [Int]) -> Int? {
        guard position + Self.shortest <= bytes.count else { return nil }
        let key = UInt32(bytes[position]) << 16 | UInt32(bytes[position + 1]) << 8 | UInt32(bytes[position + 2])
        let slot = Int((key &* 2_654_435_761) >> UInt32(32 - Self.hashBits))
        let candidate = last[slot]
        last[slot] = position
        guard candidate >= 0, position - candidate <= Self.window else { return nil }
        var length = 0
        let limit = min(Self.longest, bytes.count - position)
        while length < limit, bytes[candidate + length] == bytes[position + length] { length += 1 }
        guard length >= Self.shortest else { return nil }
        putLength(length)
        putDistance(position - candidate)
        return length
    }

    /// RFC 1951 §3.2.5: 257 to 285.
    private mutating func putLength(_ length: Int) {
        if length == Self.longest { return putSymbol(285) }
        let value = length - Self.shortest
        guard value >= 8 else { return putSymbol(257 + value) }
        let extra = Int.bitWidth - value.leadingZeroBitCount - 3
        putSymbol(257 + extra * 4 + 4 + (value >> extra & 3))
        put(UInt32(value & (1 << extra - 1)), extra)
    }

    /// RFC 1951 §3.2.5: 0 to 29, in five bits.
    private mutating func putDistance(_ distance: Int) {
        let value = distance - 1
        guard value >= 4 else { return putCode(UInt32(value), 5) }
        let extra = Int.bitWidth - value.leadingZeroBitCount - 2
        putCode(UInt32(extra * 2 + 2 + (value >> extra & 1)), 5)
        put(UInt32(value & (1 << extra - 1)), extra)
    }

    /// The fixed code of a literal or length (RFC 1951 §3.2.6).
    private mutating func putSymbol(_ symbol: Int) {
        switch symbol {
        case 0...143: putCode(UInt32(0x30 + symbol), 8)
        case 144...255: putCode(UInt32(0x190 + symbol - 144), 9)
        case 256...279: putCode(UInt32(symbol - 256), 7)
        default: putCode(UInt32(0xC0 + symbol - 280), 8)
        }
    }

    /// Codes are written from their highest bit.
    private mutating func putCode(_ code: UInt32, _ count: Int) {
        for shift in stride(from: count - 1, through: 0, by: -1) { put(code >> UInt32(shift) & 1, 1) }
    }

    private mutating func put(_ value: UInt32, _ count: Int) {
        bits |= value << UInt32(bitCount)
        bitCount += count
        while bitCount >= 8 {
            output.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            bitCount -= 8
        }
    }
}
