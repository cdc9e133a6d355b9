/// Base64 as DKIM has it: blanks and folding anywhere, nothing else beside the alphabet (RFC 6376 §3.2).
enum Base64Text {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(truncatingIfNeeded: value) }
        return values
    }()

    /// - Returns: nil for a character that does not belong there, data behind padding, or a length that no data has. Missing padding is
    ///   tolerated.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3 + 3)
        var accumulator: UInt32 = 0
        var digits = 0
        var padding = 0
        for byte in text where !byte.isBlankOrLineEnding {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            let value = values[Int(byte)]
            guard value != 0xFF, padding == 0 else { return nil }
            accumulator = accumulator << 6 | UInt32(value)
            digits += 1
            if digits % 4 == 0 {
                result.append(UInt8(truncatingIfNeeded: accumulator >> 16))
                result.append(UInt8(truncatingIfNeeded: accumulator >> 8))
                result.append(UInt8(truncatingIfNeeded: accumulator))
            }
        }
        guard padding <= 2 else { return nil }
        switch digits % 4 {
        case 0: return padding == 0 || digits == 0 && padding == 0 ? result : nil
        case 2: result.append(UInt8(truncatingIfNeeded: accumulator >> 4))
        case 3:
            result.append(UInt8(truncatingIfNeeded: accumulator >> 10))
            result.append(UInt8(truncatingIfNeeded: accumulator >> 2))
        default: return nil
        }
        return result
    }

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let second = start + 1 < bytes.count ? bytes[start + 1] : 0
            let third = start + 2 < bytes.count ? bytes[start + 2] : 0
            let group = UInt32(bytes[start]) << 16 | UInt32(second) << 8 | UInt32(third)
            result.append(alphabet[Int(group >> 18 & 63)])
            result.append(alphabet[Int(group >> 12 & 63)])
            result.append(start + 1 < bytes.count ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            result.append(start + 2 < bytes.count ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
        }
        return String(decoding: result, as: UTF8.self)
    }
}
