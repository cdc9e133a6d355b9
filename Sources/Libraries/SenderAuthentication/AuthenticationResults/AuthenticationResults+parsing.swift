extension AuthenticationResults {
    /// Reads the body of a field; nil when it is none or too long. Parts that cannot be read are left out.
    package init?(parsing body: ArraySlice<UInt8>) {
        guard body.count <= Self.maximumBytes else { return nil }
        var scanner = ResultsScanner(body)
        self.init(&scanner)
    }

    /// The same of ARC, which begins with an instance number.
    init?(arcBody body: ArraySlice<UInt8>) {
        guard body.count <= Self.maximumBytes else { return nil }
        var scanner = ResultsScanner(body)
        guard scanner.next() == .word("i"), scanner.next() == .equals, scanner.value() != nil, scanner.next() == .semicolon else {
            return nil
        }
        self.init(&scanner)
    }

    /// Who a field claims to come from, in lower case; nil when nobody can be made out. Read leniently: what somebody else might
    /// take for an identifier is one.
    package static func server(of body: ArraySlice<UInt8>) -> String? {
        var scanner = ResultsScanner(body.prefix(maximumBytes))
        switch scanner.next() {
        case .word(let text), .quoted(let text):
            let name = text.lowercased()
            return name.hasSuffix(".") ? String(name.dropLast()) : name
        case .equals, .semicolon, nil: return nil
        }
    }

    /// Whether a field claims to come from one of ours, and so has to be removed from what came from outside (RFC 8601 §5).
    /// A field too long for us to find out may be read by somebody else.
    package static func isForged(_ body: ArraySlice<UInt8>, ours: Set<String>) -> Bool {
        guard let server = server(of: body) else { return body.count > maximumBytes && !ours.isEmpty }
        return ours.contains(server)
    }

    private init?(_ scanner: inout ResultsScanner) {
        switch scanner.next() {
        case .word(let text), .quoted(let text): server = text
        case .equals, .semicolon, nil: return nil
        }
        methods = []
        // An optional version stands before the first semicolon.
        scanner.skipToSemicolon()
        while methods.count < Self.maximumMethods, !scanner.isAtEnd {
            if let method = Self.method(&scanner) { methods.append(method) }
            scanner.skipToSemicolon()
        }
    }

    private static func method(_ scanner: inout ResultsScanner) -> Method? {
        guard case .word(let name) = scanner.nextOfMethod(), scanner.nextOfMethod() == .equals, let result = scanner.value() else {
            return nil
        }
        let methodName = name.prefix { $0 != "/" }.lowercased()
        guard !methodName.isEmpty else { return nil }
        var method = Method(methodName, result.lowercased())
        while case .word(let key) = scanner.nextOfMethod() {
            guard scanner.nextOfMethod() == .equals, let value = scanner.value() else { break }
            if key.lowercased() == "reason" {
                method.reason = value
            } else if let dot = key.firstIndex(of: ".") {
                method.properties.append(
                    Property(key[..<dot].lowercased(), key[key.index(after: dot)...].lowercased(), value))
            }
        }
        return method
    }
}

/// The elements of the field, comments and folding left out. Moves forward only.
private struct ResultsScanner {
    enum Element: Equatable {
        case word(String)
        case quoted(String)
        case equals
        case semicolon
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ body: ArraySlice<UInt8>) { bytes = Array(body) }

    var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return position >= bytes.count
        }
    }

    mutating func next() -> Element? {
        skipBlanks()
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: ";"):
            position += 1
            return .semicolon
        case UInt8(ascii: "="):
            position += 1
            return .equals
        case UInt8(ascii: "\""): return .quoted(quoted())
        default: return .word(word(isValue: false))
        }
    }

    /// As `next`, but stays before the semicolon that ends a method.
    mutating func nextOfMethod() -> Element? {
        skipBlanks()
        guard position < bytes.count, bytes[position] != UInt8(ascii: ";") else { return nil }
        return next()
    }

    /// What stands behind an equals sign: words and quoted strings without blanks between them.
    mutating func value() -> String? {
        skipBlanks()
        var text = ""
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ";"), UInt8(ascii: "("), 0x20, 0x09, 0x0D, 0x0A: return text.isEmpty ? nil : text
            case UInt8(ascii: "\""): text += quoted()
            default: text += word(isValue: true)
            }
        }
        return text.isEmpty ? nil : text
    }

    mutating func skipToSemicolon() {
        while let element = next() {
            if element == .semicolon { return }
        }
    }

    private mutating func word(isValue: Bool) -> String {
        let start = position
        // The first byte is taken whatever it is, so that every call gets on.
        position += 1
        while position < bytes.count, !Self.endsWord(bytes[position], isValue) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func endsWord(_ byte: UInt8, _ isValue: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: ";"), UInt8(ascii: "("), UInt8(ascii: "\""), 0x20, 0x09, 0x0D, 0x0A: true
        case UInt8(ascii: "="): !isValue
        default: false
        }
    }

    private mutating func quoted() -> String {
        position += 1
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
            if bytes[position] != 0x0D, bytes[position] != 0x0A { text.append(bytes[position]) }
            position += 1
        }
        position = min(position + 1, bytes.count)
        return String(decoding: text, as: UTF8.self)
    }

    /// Comments nest; they are counted, not followed.
    private mutating func skipBlanks() {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0D, 0x0A: break
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")") where depth > 0: depth -= 1
            case UInt8(ascii: "\\") where depth > 0: position += 1
            default: if depth == 0 { return }
            }
            position += 1
        }
        position = min(position, bytes.count)
    }
}
