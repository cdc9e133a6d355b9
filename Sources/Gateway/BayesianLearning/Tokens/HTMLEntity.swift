/// A character reference of HTML; those a mail program writes, and any number.
enum HTMLEntity {
    private static let maximumNameBytes = 10
    private static let maximumDigits = 8

    /// The reference that begins at the ampersand at `start`; nil when it is none, and the ampersand stands for itself.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (scalar: UInt32, end: Int)? {
        guard start + 2 < bytes.count else { return nil }
        return bytes[start + 1] == 0x23 ? number(bytes, start + 2) : name(bytes, start + 1)
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> (scalar: UInt32, end: Int)? {
        let isHexadecimal = bytes[start] | 0x20 == 0x78
        var index = isHexadecimal ? start + 1 : start
        let first = index
        var value: UInt32 = 0
        while index < bytes.count, index - first < maximumDigits, let digit = digit(bytes[index], isHexadecimal) {
            value = value &* (isHexadecimal ? 16 : 10) &+ digit
            index += 1
        }
        guard index > first else { return nil }
        if index < bytes.count, bytes[index] == 0x3B { index += 1 }
        return (Unicode.Scalar(value) == nil || value == 0 ? 0xFFFD : value, index)
    }

    private static func digit(_ byte: UInt8, _ isHexadecimal: Bool) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46 where isHexadecimal, 0x61...0x66 where isHexadecimal: UInt32((byte | 0x20) - 0x61 + 10)
        default: nil
        }
    }

    private static func name(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> (scalar: UInt32, end: Int)? {
        var name = HTMLName()
        var index = start
        while index < bytes.count, index - start < maximumNameBytes, isNameByte(bytes[index]) {
            name.append(bytes[index])
            index += 1
        }
        guard let scalar = named[name.hash] else { return nil }
        if index < bytes.count, bytes[index] == 0x3B { index += 1 }
        return (scalar, index)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39
    }

    private static let named: [UInt64: UInt32] = {
        var table: [UInt64: UInt32] = [:]
        let special: [(StaticString, UInt32)] = [
            ("amp", 0x26), ("lt", 0x3C), ("gt", 0x3E), ("quot", 0x22), ("apos", 0x27), ("zwnj", 0x200C), ("zwj", 0x200D), ("shy", 0xAD),
            ("euro", 0x20AC), ("trade", 0x2122), ("bull", 0x2022), ("hellip", 0x2026), ("ndash", 0x2013), ("mdash", 0x2014),
            ("lsquo", 0x2018),
            ("rsquo", 0x2019), ("sbquo", 0x201A), ("ldquo", 0x201C), ("rdquo", 0x201D), ("bdquo", 0x201E), ("ensp", 0x2002),
            ("emsp", 0x2003),
            ("thinsp", 0x2009), ("rarr", 0x2192), ("larr", 0x2190), ("check", 0x2713), ("lsaquo", 0x2039), ("rsaquo", 0x203A),
            ("OElig", 0x152),
            ("oelig", 0x153), ("Scaron", 0x160), ("scaron", 0x161), ("dagger", 0x2020), ("permil", 0x2030), ("hearts", 0x2665),
        ]
        for (name, scalar) in special { table[HTMLName(name).hash] = scalar }
        // U+00A0 to U+00FF in their order.
        let latin = """
            nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot \
            cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml \
            Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig \
            agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute \
            ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml
            """
        for (offset, name) in latin.split(separator: " ").enumerated() {
            var hashed = HTMLName()
            for byte in name.utf8 { hashed.append(byte) }
            table[hashed.hash] = 0xA0 + UInt32(offset)
        }
        return table
    }()
}
