/// Reads the JIS family by code point: ISO-2022-JP in all its dialects (CP50220, CP50221, JIS7 and JIS8 kana) and EUC-JP.
///
/// The C library knows neither NEC row 13 nor the rows 89–92 in ISO-2022-JP, and reads EUC rows 89–92 as private characters. Both are
/// turned into Windows-31J, which has them where Japanese mail programs put them; JIS X 0212 is not in it and goes through EUC.
struct JapaneseText {
    /// In order: pieces in Windows-31J or, for JIS X 0212, in EUC.
    private var pieces: [(charset: String, bytes: [UInt8])] = []

    private static let windows31J = "CP932"
    private static let eucWithSupplement = "EUC-JP-MS"
    /// A byte that Windows-31J does not have: becomes U+FFFD by conversion.
    private static let undecodable: UInt8 = 0xFD

    private enum DesignatedSet { case ascii, katakana, jis0208, jis0212 }

    /// Decodes ISO-2022-JP.
    static func iso2022JP(_ bytes: ArraySlice<UInt8>) -> CharsetConverter.Output {
        var text = JapaneseText()
        text.readISO2022(Array(bytes))
        return text.converted()
    }

    /// Decodes EUC-JP.
    static func eucJP(_ bytes: ArraySlice<UInt8>) -> CharsetConverter.Output {
        var text = JapaneseText()
        text.readEUC(Array(bytes))
        return text.converted()
    }

    private mutating func readISO2022(_ bytes: [UInt8]) {
        var position = 0
        var set = DesignatedSet.ascii
        var isShiftedOut = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x1B, let escape = Self.escape(bytes, at: position) {
                set = escape.set
                position += escape.length
            } else if byte == 0x0E || byte == 0x0F {
                isShiftedOut = byte == 0x0E
                position += 1
            } else if byte == 0x0A || byte == 0x0D {
                // A line starts in ASCII (RFC 1468); writers who forget to switch back lose one line, not the rest.
                set = .ascii
                isShiftedOut = false
                append(byte)
                position += 1
            } else {
                position += readCharacter(bytes, at: position, set: isShiftedOut && set == .ascii ? .katakana : set)
            }
        }
    }

    /// Reads one character of the designated set and returns how many bytes it took, at least one.
    private mutating func readCharacter(_ bytes: [UInt8], at position: Int, set: DesignatedSet) -> Int {
        let byte = bytes[position]
        switch set {
        case .ascii, .katakana:
            append(Self.singleByte(byte, isKatakana: set == .katakana))
            return 1
        case .jis0208, .jis0212:
            guard Self.isGraphic(byte) else {
                append(byte <= 0x20 ? byte : Self.undecodable)
                return 1
            }
            guard position + 1 < bytes.count, Self.isGraphic(bytes[position + 1]) else {
                append(Self.undecodable)
                return 1
            }
            set == .jis0208 ? appendJIS0208(byte, bytes[position + 1]) : appendJIS0212(byte, bytes[position + 1])
            return 2
        }
    }

    private static func isGraphic(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

    /// JIS8 sets bit 8 for half-width katakana, JIS7 designates them; anything else beyond ASCII has no meaning.
    private static func singleByte(_ byte: UInt8, isKatakana: Bool) -> UInt8 {
        if byte >= 0xA1 && byte <= 0xDF { return byte }
        if isKatakana && byte >= 0x21 && byte <= 0x5F { return byte | 0x80 }
        return byte < 0x80 ? byte : undecodable
    }

    private mutating func readEUC(_ bytes: [UInt8]) {
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            let second = position + 1 < bytes.count ? bytes[position + 1] : 0
            let third = position + 2 < bytes.count ? bytes[position + 2] : 0
            if byte < 0x80 {
                append(byte)
                position += 1
            } else if byte == 0x8E, second >= 0xA1, second <= 0xDF {
                append(second)
                position += 2
            } else if byte == 0x8F, second >= 0xA1, third >= 0xA1, second < 0xFF, third < 0xFF {
                appendJIS0212(second & 0x7F, third & 0x7F)
                position += 3
            } else if byte >= 0xA1, byte < 0xFF, second >= 0xA1, second < 0xFF {
                appendJIS0208(byte & 0x7F, second & 0x7F)
                position += 2
            } else {
                append(Self.undecodable)
                position += 1
            }
        }
    }

    private static func escape(_ bytes: [UInt8], at position: Int) -> (set: DesignatedSet, length: Int)? {
        guard position + 2 < bytes.count else { return nil }
        switch (bytes[position + 1], bytes[position + 2]) {
        case (0x28, 0x42), (0x28, 0x4A), (0x28, 0x48): return (.ascii, 3)
        case (0x28, 0x49): return (.katakana, 3)
        case (0x24, 0x40), (0x24, 0x42): return (.jis0208, 3)
        case (0x24, 0x28):
            guard position + 3 < bytes.count else { return nil }
            switch bytes[position + 3] {
            case 0x40, 0x42, 0x4F, 0x51: return (.jis0208, 4)
            case 0x44, 0x50: return (.jis0212, 4)
            default: return nil
            }
        default: return nil
        }
    }

    private mutating func append(_ byte: UInt8) {
        pieces[piece(charset: Self.windows31J)].bytes.append(byte)
    }

    /// Row and cell of JIS X 0208 as the two bytes of Shift_JIS.
    private mutating func appendJIS0208(_ first: UInt8, _ second: UInt8) {
        let row = (Int(first) - 0x21) / 2
        let lead = row + (row < 31 ? 0x81 : 0xC1)
        var trail = Int(second) - 0x21
        if first % 2 == 1 {
            trail += 0x40
            if trail >= 0x7F { trail += 1 }
        } else {
            trail += 0x9F
        }
        let index = piece(charset: Self.windows31J)
        pieces[index].bytes.append(UInt8(truncatingIfNeeded: lead))
        pieces[index].bytes.append(UInt8(truncatingIfNeeded: trail))
    }

    private mutating func appendJIS0212(_ first: UInt8, _ second: UInt8) {
        pieces[piece(charset: Self.eucWithSupplement)].bytes.append(contentsOf: [0x8F, first | 0x80, second | 0x80])
    }

    /// The index of the last piece, which is in `charset`.
    private mutating func piece(charset: String) -> Int {
        if pieces.last?.charset != charset { pieces.append((charset, [])) }
        return pieces.count - 1
    }

    private func converted() -> CharsetConverter.Output {
        var output = CharsetConverter.Output()
        for piece in pieces {
            guard let part = CharsetConverterPool.convert(piece.bytes[...], from: piece.charset) else {
                output.replacements += piece.bytes.count
                output.utf8.append(contentsOf: Array("\u{FFFD}".utf8))
                continue
            }
            output.utf8.append(contentsOf: part.utf8)
            output.replacements += part.replacements
        }
        return output
    }
}
