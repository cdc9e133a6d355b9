/// Brings characters that read alike to one form, much as NFKC and case folding do, one scalar at a time and without Foundation.
///
/// Width (full and half), mathematical and enclosed letters, case, Latin accents, katakana to hiragana stays apart: both are words of their own.
enum CharacterFolding {
    /// What a character is to the tokenizer.
    enum Kind {
        /// Part of a word in a script with spaces.
        case letter
        /// A script without spaces: n-grams are made of it.
        case unspaced
        /// Seen, but no letter: emoji and signs that count as words by themselves.
        case sign
        case separator
        /// Not seen at all: zero width characters, soft hyphens. They do not end a word.
        case invisible
    }

    /// The folded form of a character beyond ASCII, and its kind.
    static func fold(_ scalar: UInt32) -> (scalar: UInt32, kind: Kind) {
        switch scalar {
        case 0xAD, 0x34F, 0x61C, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0xFE00...0xFE0F, 0xFEFF, 0xE0000...0xE0FFF:
            return (scalar, .invisible)
        case 0x300...0x36F: return (scalar, .invisible)  // Combining accents; accents are taken off composed letters as well.
        case 0x80...0xBF: return latinSign(scalar)
        case 0xC0...0x24F: return latin(scalar)
        case 0x250...0x2AF: return (scalar, .letter)
        case 0x370...0x52F: return greekOrCyrillic(scalar)
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF: return (scalar, .unspaced)
        case 0x530...0x1FFF: return (scalar, .letter)
        case 0x2000...0x2BFF: return symbol(scalar)
        case 0x2C00...0x2FFF: return (scalar, .letter)
        case 0x3000...0x303F: return (scalar, scalar == 0x3005 || scalar == 0x3007 ? .unspaced : .separator)
        case 0x30FB: return (scalar, .separator)
        case 0x3040...0x312F, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            return (scalar, .unspaced)
        case 0x3130...0x318F, 0xA000...0xABFF, 0xAC00...0xD7FF: return (scalar, .letter)
        case 0xFF00...0xFFEF: return halfOrFullWidth(scalar)
        case 0x1D400...0x1D7FF: return mathematical(scalar)
        case 0x1F000...0x1FAFF: return enclosedOrEmoji(scalar)
        default: return (scalar, .separator)
        }
    }

    private static func ascii(_ value: UInt32) -> (scalar: UInt32, kind: Kind) {
        switch value {
        case 0x41...0x5A: (value + 0x20, .letter)
        case 0x30...0x39, 0x61...0x7A, 0x24, 0x25: (value, .letter)
        default: (value, .separator)
        }
    }

    private static func latinSign(_ scalar: UInt32) -> (scalar: UInt32, kind: Kind) {
        switch scalar {
        case 0xA2, 0xA3, 0xA5: (scalar, .letter)
        case 0xAA: (0x61, .letter)
        case 0xBA: (0x6F, .letter)
        case 0xB2: (0x32, .letter)
        case 0xB3: (0x33, .letter)
        case 0xB9: (0x31, .letter)
        case 0xB5: (0x3BC, .letter)
        default: (scalar, .separator)
        }
    }

    /// U+00C0 to U+017F without accents; a blank where the letter has no plain form.
    private static let plain: [UInt8] = Array(
        ("aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
            + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
            + "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs").utf8)

    private static func latin(_ scalar: UInt32) -> (scalar: UInt32, kind: Kind) {
        let place = Int(scalar) - 0xC0
        if place < plain.count {
            let letter = plain[place]
            return letter == 0x20 ? (scalar, .separator) : (UInt32(letter), .letter)
        }
        return (scalar, .letter)
    }

    private static func greekOrCyrillic(_ scalar: UInt32) -> (scalar: UInt32, kind: Kind) {
        switch scalar {
        case 0x391...0x3A9, 0x410...0x42F: (scalar + 0x20, .letter)
        case 0x400...0x40F: (scalar + 0x50, .letter)
        case 0x3C2: (0x3C3, .letter)
        default: (scalar, .letter)
        }
    }

    private static func symbol(_ scalar: UInt32) -> (scalar: UInt32, kind: Kind) {
        switch scalar {
        case 0x20A0...0x20CF: (scalar, .letter)
        case 0x2120...0x2122, 0x2190...0x21FF, 0x2300...0x23FF, 0x25A0...0x27BF, 0x2900...0x2BFF: (scalar, .sign)
        case 0x2460...0x2468: (scalar - 0x2460 + 0x31, .letter)
        case 0x2460...0x24B5: (scalar, .sign)
        case 0x24B6...0x24CF: (scalar - 0x24B6 + 0x61, .letter)
        case 0x24D0...0x24E9: (scalar - 0x24D0 + 0x61, .letter)
        default: (scalar, .separator)
        }
    }

    /// U+FF66 to U+FF9D in full width, in their order.
    private static let fullWidthKatakana: [UInt32] = Array(
        "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン".unicodeScalars.map(\.value))

    private static func halfOrFullWidth(_ scalar: UInt32) -> (scalar: UInt32, kind: Kind) {
        switch scalar {
        case 0xFF01...0xFF5E: ascii(scalar - 0xFEE0)
        case 0xFF66...0xFF9D: (fullWidthKatakana[Int(scalar - 0xFF66)], .unspaced)
        case 0xFF9E, 0xFF9F: (scalar - 0xFF9E + 0x309B, .invisible)
        case 0xFFE0: (0xA2, .letter)
        case 0xFFE1: (0xA3, .letter)
        case 0xFFE5: (0xA5, .letter)
        default: (scalar, .separator)
        }
    }

    /// Bold, italic, script and double-struck letters, with which words are written past filters.
    private static func mathematical(_ scalar: UInt32) -> (scalar: UInt32, kind: Kind) {
        switch scalar {
        case 0x1D400...0x1D6A3: ((scalar - 0x1D400) % 26 + 0x61, .letter)
        case 0x1D7CE...0x1D7FF: ((scalar - 0x1D7CE) % 10 + 0x30, .letter)
        default: (scalar, .letter)
        }
    }

    private static func enclosedOrEmoji(_ scalar: UInt32) -> (scalar: UInt32, kind: Kind) {
        switch scalar {
        case 0x1F110...0x1F129: (scalar - 0x1F110 + 0x61, .letter)
        case 0x1F130...0x1F149: (scalar - 0x1F130 + 0x61, .letter)
        case 0x1F150...0x1F169: (scalar - 0x1F150 + 0x61, .letter)
        case 0x1F170...0x1F189: (scalar - 0x1F170 + 0x61, .letter)
        default: (scalar, .sign)
        }
    }
}
