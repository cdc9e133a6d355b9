/// Reads the gzip format as far as `Gzip` writes it (one block with fixed codes), straight from RFC 1951 and RFC 1952.
struct Inflater {
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var position: Int

    static func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        guard bytes.count > 18, bytes.starts(with: [0x1F, 0x8B, 8]) else { throw Malformed() }
        var inflater = Inflater(bytes: Array(bytes[10..<(bytes.count - 8)]), position: 0)
        let result = try inflater.block()
        let size = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        let checksum = bytes.dropLast(4).suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard size == result.count, checksum == Self.checksum(result) else { throw Malformed() }
        return result
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return ~value
    }

    private mutating func bit() throws -> Int {
        guard position / 8 < bytes.count else { throw Malformed() }
        defer { position += 1 }
        return Int(bytes[position / 8] >> UInt8(position % 8) & 1)
    }

    private mutating func number(_ count: Int) throws -> Int {
        var value = 0
        for index in 0..<count { value |= try bit() << index }
        return value
    }

    private mutating func code(_ count: Int) throws -> Int {
        var value = 0
        for _ in 0..<count { value = value << 1 | (try bit()) }
        return value
    }

    private mutating func symbol() throws -> Int {
        let seven = try code(7)
        if seven <= 0b0010111 { return 256 + seven }
        let eight = seven << 1 | (try bit())
        if (0b00110000...0b10111111).contains(eight) { return eight - 0b00110000 }
        if (0b11000000...0b11000111).contains(eight) { return 280 + eight - 0b11000000 }
        return 144 + (eight << 1 | (try bit())) - 0b110010000
    }

    private mutating func block() throws -> [UInt8] {
        guard try number(3) == 0b011 else { throw Malformed() }
        let lengths = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]
        let lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
        var result: [UInt8] = []
        while true {
            let symbol = try symbol()
            if symbol == 256 { return result }
            if symbol < 256 {
                result.append(UInt8(symbol))
                continue
            }
            let length = lengths[symbol - 257] + (try number(lengthBits[symbol - 257]))
            let code = try code(5)
            let bits = code < 4 ? 0 : code / 2 - 1
            let base = code < 4 ? code + 1 : (2 + code % 2) << bits + 1
            let distance = base + (try number(bits))
            guard distance <= result.count else { throw Malformed() }
            for _ in 0..<length { result.append(result[result.count - distance]) }
        }
    }
}
