/// Takes a script's text apart into words (RFC 5228 section 8.1).
struct SieveLexer {
    struct Token: Sendable, Hashable {
        let kind: Kind
        let position: SievePosition
    }

    enum Kind: Sendable, Hashable {
        case identifier(String)
        case tag(String)
        case number(Int)
        case string(String)
        case leftBracket, rightBracket, leftParenthesis, rightParenthesis, leftBrace, rightBrace, comma, semicolon
        case end

        /// As it is named in a sentence.
        var word: String {
            switch self {
            case .identifier(let name): "“\(name.prefix(40))”"
            case .tag(let name): "“:\(name.prefix(40))”"
            case .number(let number): "\(number)"
            case .string: "a string"
            case .leftBracket: "“[”"
            case .rightBracket: "“]”"
            case .leftParenthesis: "“(”"
            case .rightParenthesis: "“)”"
            case .leftBrace: "“{”"
            case .rightBrace: "“}”"
            case .comma: "“,”"
            case .semicolon: "“;”"
            case .end: "the end of the script"
            }
        }
    }

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var column = 1

    /// Fits every quantity a message can have.
    static let largestNumber = Int(Int64.max >> 1)

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private var position: SievePosition { SievePosition(line: line, column: column) }
    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func peek(ahead: Int) -> Unicode.Scalar? { index + ahead < scalars.count ? scalars[index + ahead] : nil }

    private mutating func advance() {
        let scalar = scalars[index]
        index += 1
        // A line ends with LF, CRLF or, in what browsers and old editors send, CR.
        if scalar == "\n" || (scalar == "\r" && peek != "\n") {
            line += 1
            column = 1
        } else {
            column += 1
        }
    }

    mutating func next() throws(SieveFault) -> Token {
        try skipBlanks()
        let start = position
        guard let scalar = peek else { return Token(kind: .end, position: start) }
        if let sign = Self.signs[scalar] {
            advance()
            return Token(kind: sign, position: start)
        }
        switch scalar {
        case "\"": return Token(kind: .string(try quoted(start)), position: start)
        case ":":
            advance()
            guard let first = peek, Self.isLetter(first) else { throw SieveFault(.unexpectedCharacter(":"), at: start) }
            return Token(kind: .tag(word()), position: start)
        case "0"..."9": return Token(kind: .number(try number(start)), position: start)
        default:
            guard Self.isLetter(scalar) else { throw SieveFault(.unexpectedCharacter(Self.shown(scalar)), at: start) }
            let word = word()
            if word == "text", peek == ":" { return Token(kind: .string(try text(start)), position: start) }
            return Token(kind: .identifier(word), position: start)
        }
    }

    private static let signs: [Unicode.Scalar: Kind] = [
        "[": .leftBracket, "]": .rightBracket, "(": .leftParenthesis, ")": .rightParenthesis, "{": .leftBrace, "}": .rightBrace,
        ",": .comma, ";": .semicolon,
    ]

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }

    private static func shown(_ scalar: Unicode.Scalar) -> String {
        scalar.value < 0x20 || scalar.value == 0x7F ? "U+\(String(scalar.value, radix: 16, uppercase: true))" : String(Character(scalar))
    }

    private mutating func skipBlanks() throws(SieveFault) {
        while let scalar = peek {
            switch scalar {
            case " ", "\t", "\r", "\n": advance()
            // Editors put it at the beginning.
            case "\u{FEFF}" where index == 0: index += 1
            case "#": skipLine()
            case "/" where peek(ahead: 1) == "*": try skipComment()
            default: return
            }
        }
    }

    private mutating func skipLine() {
        while let scalar = peek, scalar != "\n", scalar != "\r" { advance() }
    }

    private mutating func skipComment() throws(SieveFault) {
        let start = position
        advance()
        advance()
        while let scalar = peek {
            advance()
            if scalar == "*", peek == "/" {
                advance()
                return
            }
        }
        throw SieveFault(.commentNotClosed, at: start)
    }

    /// Letters, digits and underlines, in lower case.
    private mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = peek, Self.isLetter(scalar) || ("0"..."9").contains(scalar) {
            word.append(("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
            advance()
        }
        return String(word)
    }

    private mutating func number(_ start: SievePosition) throws(SieveFault) -> Int {
        var value = 0
        while let scalar = peek, ("0"..."9").contains(scalar) {
            value = value * 10 + Int(scalar.value - 0x30)
            guard value <= Self.largestNumber >> 4 else { throw SieveFault(.numberTooLarge, at: start) }
            advance()
        }
        let shift: Int
        switch peek {
        case "K", "k": shift = 10
        case "M", "m": shift = 20
        case "G", "g": shift = 30
        default: return value
        }
        guard value <= Self.largestNumber >> shift else { throw SieveFault(.numberTooLarge, at: start) }
        advance()
        return value << shift
    }

    private mutating func quoted(_ start: SievePosition) throws(SieveFault) -> String {
        advance()
        var text = String.UnicodeScalarView()
        while let scalar = peek {
            advance()
            if scalar == "\"" { return String(text) }
            if scalar == "\\" {
                guard let escaped = peek else { break }
                text.append(escaped)
                advance()
                continue
            }
            text.append(scalar)
        }
        throw SieveFault(.stringNotClosed, at: start)
    }

    /// `text:`, a line end, lines with stuffed dots, a line with a single dot. Line ends within are CRLF.
    private mutating func text(_ start: SievePosition) throws(SieveFault) -> String {
        advance()
        while let scalar = peek, scalar == " " || scalar == "\t" { advance() }
        if peek == "#" { skipLine() }
        guard let end = peek, end == "\r" || end == "\n" else { throw SieveFault(.textNotClosed, at: start) }
        endLine()
        var text = String.UnicodeScalarView()
        while peek != nil {
            var line = String.UnicodeScalarView()
            while let scalar = peek, scalar != "\n", scalar != "\r" {
                line.append(scalar)
                advance()
            }
            let hasEnd = peek != nil
            if hasEnd { endLine() }
            if line.count == 1, line.first == "." { return String(text) }
            guard hasEnd else { break }
            if line.first == "." { line.removeFirst() }
            text.append(contentsOf: line)
            text.append(contentsOf: "\r\n".unicodeScalars)
        }
        throw SieveFault(.textNotClosed, at: start)
    }

    private mutating func endLine() {
        if peek == "\r", peek(ahead: 1) == "\n" { advance() }
        advance()
    }
}
