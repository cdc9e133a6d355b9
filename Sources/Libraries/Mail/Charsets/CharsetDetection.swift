/// Guesses the charset of bytes whose label is missing or wrong, by validity and by what kinds of characters would result.
enum CharsetDetection {
    /// Only the beginning of a long text is weighed; 64 KiB hold more characters than any statistics need.
    private static let maximumBytes = 65_536
    /// Below this share of bytes with bit 8, text without kana is taken for a Western language with accents.
    private static let minimumHighShare = 0.3

    /// What the counted bytes would be in one double-byte set.
    private struct Reading {
        var isValid = true
        var characters = 0
        var kana = 0
        var commonKanji = 0
        var halfWidth = 0

        /// Enough that looks like Japanese: some kana, or nothing but kanji of everyday use.
        func isPlausible(highShare: Double) -> Bool {
            guard isValid, characters + halfWidth > 0 else { return false }
            if kana * 10 >= characters + halfWidth && kana > 0 { return true }
            return highShare >= minimumHighShare && commonKanji == characters && characters > 1 && halfWidth == 0
        }
    }

    /// Whether escape sequences of ISO-2022-JP occur (RFC 1468 and its kana extension).
    static func hasJapaneseEscapes(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let escape = rest.firstIndex(of: 0x1B), escape + 2 < rest.endIndex {
            switch (rest[escape + 1], rest[escape + 2]) {
            case (0x24, 0x40), (0x24, 0x42), (0x28, 0x49), (0x24, 0x28): return true
            default: rest = rest[(escape + 1)...]
            }
        }
        return false
    }

    /// Shift_JIS or EUC-JP when the bytes read plausibly as one of them; nil when as neither.
    static func japanese(_ bytes: ArraySlice<UInt8>) -> CharsetLabel? {
        let sample = bytes.prefix(maximumBytes)
        let share = highShare(sample)
        let shiftJIS = shiftJISReading(sample)
        let euc = eucReading(sample)
        switch (shiftJIS.isPlausible(highShare: share), euc.isPlausible(highShare: share)) {
        case (true, false): return .shiftJIS
        case (false, true): return .eucJP
        case (true, true): return euc.kana + euc.commonKanji >= shiftJIS.kana + shiftJIS.commonKanji ? .eucJP : .shiftJIS
        case (false, false): return nil
        }
    }

    /// The byte order of UTF-16: by its mark, else by where the zeros of ASCII and the 0x30 of kana stand.
    static func utf16ByteOrder(_ bytes: ArraySlice<UInt8>) -> String {
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) { return "UTF-16" }
        var counts = [0, 0]
        for (offset, byte) in bytes.prefix(maximumBytes).enumerated() where byte == 0 || byte == 0x30 { counts[offset % 2] += 1 }
        return counts[0] > counts[1] ? "UTF-16BE" : "UTF-16LE"
    }

    private static func highShare(_ bytes: ArraySlice<UInt8>) -> Double {
        var high = 0
        var visible = 0
        for byte in bytes where byte > 0x20 {
            visible += 1
            if byte >= 0x80 { high += 1 }
        }
        return visible == 0 ? 0 : Double(high) / Double(visible)
    }

    private static func shiftJISReading(_ bytes: ArraySlice<UInt8>) -> Reading {
        var reading = Reading()
        var lead: UInt8 = 0
        for byte in bytes {
            if lead != 0 {
                guard byte >= 0x40, byte != 0x7F, byte <= 0xFC else { return invalid }
                reading.characters += 1
                if lead == 0x82 && byte >= 0x9F || lead == 0x83 && byte <= 0x96 { reading.kana += 1 }
                if lead >= 0x88 && lead <= 0x98 || lead == 0x81 || lead == 0x82 && byte < 0x9F { reading.commonKanji += 1 }
                lead = 0
            } else if byte >= 0xA1 && byte <= 0xDF {
                reading.halfWidth += 1
            } else if byte >= 0x81 && byte <= 0x9F || byte >= 0xE0 && byte <= 0xFC {
                lead = byte
            } else if byte >= 0x80 {
                return invalid
            }
        }
        return reading
    }

    private static func eucReading(_ bytes: ArraySlice<UInt8>) -> Reading {
        var reading = Reading()
        var lead: UInt8 = 0
        for byte in bytes {
            if lead != 0 {
                guard byte >= 0xA1, byte <= 0xFE else { return invalid }
                reading.characters += 1
                if lead == 0xA4 || lead == 0xA5 { reading.kana += 1 }
                if lead >= 0xB0 && lead <= 0xCF || lead == 0xA1 || lead == 0xA3 { reading.commonKanji += 1 }
                lead = 0
            } else if byte >= 0xA1 && byte <= 0xFE || byte == 0x8E {
                lead = byte
            } else if byte >= 0x80 {
                return invalid
            }
        }
        return reading
    }

    private static var invalid: Reading {
        var reading = Reading()
        reading.isValid = false
        return reading
    }
}
