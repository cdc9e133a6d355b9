/// Cuts an address list into the lexical tokens of RFC 5322 §3.2, forgiving what is unclosed; one pass over the bytes.
struct AddressTokenizer {
    enum Token {
        /// An atom or encoded word, dots included.
        case atom(ArraySlice<UInt8>)
        /// The text between quotes, pairs resolved.
        case quoted([UInt8])
        case comment([UInt8])
        /// With its brackets.
        case domainLiteral(ArraySlice<UInt8>)
        /// One of `<>@,;:`.
        case special(UInt8)
    }

    struct SpacedToken {
        var token: Token
        /// Whether blanks stand before it.
        var hasSpaceBefore: Bool
    }

    private let bytes: [UInt8]
    private var position = 0
    private var wordSearch = EncodedWord.TerminatorSearch()
    /// Whether a quote was found to have no end. Every quote behind it counts as escaped from there, so that none of them has one either.
    private var hasUnclosedQuote = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> SpacedToken? {
        let start = position
        while position < bytes.count, bytes[position].isBlankOrLineEnd { position += 1 }
        guard position < bytes.count else { return nil }
        let hasSpaceBefore = position > start
        return SpacedToken(token: token(), hasSpaceBefore: hasSpaceBefore)
    }

    private mutating func token() -> Token {
        switch bytes[position] {
        case 0x22: return quoted()
        case 0x28: return comment()
        case 0x5B: return domainLiteral()
        case 0x3C, 0x3E, 0x40, 0x2C, 0x3B, 0x3A:
            position += 1
            return .special(bytes[position - 1])
        default: return atom()
        }
    }

    private mutating func atom() -> Token {
        let start = position
        if let end = EncodedWord.end(ofWordAt: position, in: bytes, &wordSearch) {
            position = end
            return .atom(bytes[start..<end])
        }
        position += 1
        while position < bytes.count, !Self.endsAtom(bytes[position]) { position += 1 }
        return .atom(bytes[start..<position])
    }

    private static func endsAtom(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0D, 0x0A, 0x22, 0x28, 0x5B, 0x3C, 0x3E, 0x40, 0x2C, 0x3B, 0x3A: true
        default: false
        }
    }

    /// A quote without end is an ordinary character.
    private mutating func quoted() -> Token {
        var content: [UInt8] = []
        // Searched for once only: otherwise many escaped quotes would take quadratic time.
        var index = hasUnclosedQuote ? bytes.count : position + 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x22 {
                position = index + 1
                return .quoted(content)
            }
            if byte == 0x5C, index + 1 < bytes.count { index += 1 }
            content.append(bytes[index])
            index += 1
        }
        hasUnclosedQuote = true
        position += 1
        return .atom(bytes[(position - 1)..<position])
    }

    /// Comments nest; one without end takes the rest, so that nested openings are not searched again and again.
    private mutating func comment() -> Token {
        var content: [UInt8] = []
        var depth = 1
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == 0x28 { depth += 1 }
            if byte == 0x29 {
                depth -= 1
                if depth == 0 { break }
            }
            if byte == 0x5C, position < bytes.count {
                content.append(bytes[position])
                position += 1
            } else {
                content.append(byte)
            }
        }
        return .comment(content)
    }

    private mutating func domainLiteral() -> Token {
        let start = position
        var index = position + 1
        while index < bytes.count, bytes[index] != 0x5D, bytes[index] != 0x5B, bytes[index] != 0x3C, bytes[index] != 0x3E { index += 1 }
        guard index < bytes.count, bytes[index] == 0x5D else {
            position += 1
            return .atom(bytes[start..<position])
        }
        position = index + 1
        return .domainLiteral(bytes[start..<position])
    }
}
