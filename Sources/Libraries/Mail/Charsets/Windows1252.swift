/// Windows-1252, which mail programs mean by `iso-8859-1`: the fallback that can read any byte but five.
enum Windows1252 {
    /// 0x80…0x9F; zero where the set has no character.
    private static let upperControls: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
    ]

    static func decode(_ bytes: ArraySlice<UInt8>) -> DecodedText {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 8)
        var replacements = 0
        for byte in bytes {
            guard byte >= 0x80 else {
                output.append(byte)
                continue
            }
            let unit = byte < 0xA0 ? upperControls[Int(byte) - 0x80] : UInt16(byte)
            if unit == 0 { replacements += 1 }
            append(unit == 0 ? 0xFFFD : unit, to: &output)
        }
        return DecodedText(text: String(decoding: output, as: UTF8.self), charset: "windows-1252", replacements: replacements)
    }

    /// In UTF-8; going through UTF-16 costs ten times as much.
    private static func append(_ unit: UInt16, to output: inout [UInt8]) {
        if unit < 0x800 {
            output.append(0xC0 | UInt8(truncatingIfNeeded: unit >> 6))
        } else {
            output.append(0xE0 | UInt8(truncatingIfNeeded: unit >> 12))
            output.append(0x80 | UInt8(truncatingIfNeeded: unit >> 6 & 0x3F))
        }
        output.append(0x80 | UInt8(truncatingIfNeeded: unit & 0x3F))
    }
}
