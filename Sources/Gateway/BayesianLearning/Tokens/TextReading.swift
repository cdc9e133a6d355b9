import Mail

/// Reads the text of a part in the charset it is in, so that a wrong label changes no token.
///
/// Where the label is one that spam puts on anything (none, ASCII, Western, UTF-8, another Japanese one), what the bytes show beyond doubt
/// wins over it: escape sequences, valid UTF-8, bytes that read as everyday Japanese. Other labels are believed while the bytes are valid.
enum TextReading {
    static func text(of part: MIMEPart, limit: Int) -> String {
        let bytes = part.decodedBody(limit: limit).bytes
        let label = part.contentType.charset?.lowercased()
        if isPlain(bytes), label?.hasPrefix("utf-") != true || label == "utf-8" { return String(decoding: bytes, as: UTF8.self) }
        if let wide = wideByteOrder(bytes) { return DecodedText(bytes[...], charset: wide).text }
        guard label.map(isOftenWrong) ?? true else { return DecodedText(bytes[...], charset: label).text }
        let detected = DecodedText(bytes[...], charset: nil)
        guard surelyRecognized.contains(detected.charset), detected.replacements == 0 else {
            return DecodedText(bytes[...], charset: label).text
        }
        return detected.text
    }

    private static let surelyRecognized: Set<String> = ["utf-8", "iso-2022-jp", "euc-jp", "shift_jis"]
    private static let oftenWrong: Set<String> = [
        "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-8", "utf8", "iso-2022-jp", "shift_jis", "shift-jis", "sjis",
        "x-sjis", "windows-31j", "cp932", "euc-jp", "x-euc-jp", "7bit", "8bit", "unknown-8bit",
    ]

    private static func isOftenWrong(_ label: String) -> Bool { oftenWrong.contains(label) }

    /// ASCII without escapes and zeros, in which all sets agree.
    private static func isPlain(_ bytes: [UInt8]) -> Bool {
        var odd: UInt8 = 0
        var hasEscape = false
        for byte in bytes {
            odd |= byte
            hasEscape = hasEscape || byte == 0x1B || byte == 0 || byte == 0x0E
        }
        return odd < 0x80 && !hasEscape
    }

    /// Only the beginning is weighed.
    private static let wideSampleBytes = 4_096
    private static let fewestWideBytes = 16

    /// UTF-16 by where the upper bytes stand: the zeros of Latin and the 0x30 of kana are at even or at odd places, not at both.
    private static func wideByteOrder(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= fewestWideBytes else { return nil }
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) { return "utf-16" }
        var upper = [0, 0]
        let sample = bytes.prefix(wideSampleBytes)
        for (place, byte) in sample.enumerated() where byte == 0 || byte == 0x30 { upper[place & 1] += 1 }
        let pairs = sample.count / 2
        guard max(upper[0], upper[1]) * 5 > pairs, min(upper[0], upper[1]) * 6 < max(upper[0], upper[1]) else { return nil }
        return upper[0] > upper[1] ? "utf-16be" : "utf-16le"
    }
}
