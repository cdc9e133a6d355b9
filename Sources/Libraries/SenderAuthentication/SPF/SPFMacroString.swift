import DNS

/// A text with macros (RFC 7208 §7): parsed once, expanded with what is known about the request.
struct SPFMacroString: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case literal([UInt8])
        case macro(Macro)
    }

    struct Macro: Sendable, Hashable {
        /// Lower case.
        var letter: UInt8
        var isEscaped: Bool
        /// How many labels from the right are kept; nil for all.
        var kept: Int?
        var isReversed: Bool
        var delimiters: [UInt8]
    }

    /// Where the text stands decides which macros it may have.
    enum Place {
        case domain
        /// The text of an `exp=` record: blanks, and the letters c, r and t.
        case explanation
    }

    let parts: [Part]

    /// Whether `%{p}` occurs, for which the client's names have to be asked for.
    var needsClientNames: Bool {
        parts.contains { if case .macro(let macro) = $0 { macro.letter == UInt8(ascii: "p") } else { false } }
    }

    /// - Returns: nil when the text breaks the syntax.
    init?(_ bytes: ArraySlice<UInt8>, at place: Place) {
        var scanner = SPFMacroScanner(bytes, place)
        guard let parts = scanner.parts() else { return nil }
        self.parts = parts
    }

    /// A text that has to end like a domain name: in a macro, or in a top label with or without a dot (RFC 7208 §7.1).
    init?(domain bytes: ArraySlice<UInt8>) {
        self.init(bytes, at: .domain)
        guard let last = parts.last else { return nil }
        if case .literal = last, !Self.endsInTopLabel(bytes) { return nil }
    }

    /// The text with every macro replaced.
    func expanded(_ values: SPFMacroValues) -> String {
        var result: [UInt8] = []
        for part in parts {
            switch part {
            case .literal(let bytes): result += bytes
            case .macro(let macro): result += Self.expand(macro, values)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func expand(_ macro: Macro, _ values: SPFMacroValues) -> [UInt8] {
        var value = Array(values.value(of: macro.letter).utf8)
        if macro.kept != nil || macro.isReversed || !macro.delimiters.isEmpty {
            let delimiters = macro.delimiters.isEmpty ? [UInt8(ascii: ".")] : macro.delimiters
            var pieces = value.split(omittingEmptySubsequences: false) { delimiters.contains($0) }
            if macro.isReversed { pieces.reverse() }
            if let kept = macro.kept { pieces = pieces.suffix(kept) }
            value = Array(pieces.joined(separator: [UInt8(ascii: ".")]))
        }
        return macro.isEscaped ? escaped(value) : value
    }

    /// As in a URL (RFC 7208 §7.3, RFC 3986 §2.3).
    private static func escaped(_ value: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return value.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func endsInTopLabel(_ bytes: ArraySlice<UInt8>) -> Bool {
        let name = bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return false }
        let label = name[(dot + 1)...]
        guard let first = label.first, let last = label.last, first != 0x2D, last != 0x2D else { return false }
        return label.allSatisfy { SPFSyntax.isAlphanumeric($0) || $0 == 0x2D } && !label.allSatisfy(SPFSyntax.isDigit)
    }
}

/// Takes a macro string apart.
private struct SPFMacroScanner {
    /// Far more labels than a name can have; larger numbers mean the same.
    private static let mostLabels = 1_000

    private var rest: ArraySlice<UInt8>
    private let place: SPFMacroString.Place

    init(_ bytes: ArraySlice<UInt8>, _ place: SPFMacroString.Place) {
        rest = bytes
        self.place = place
    }

    mutating func parts() -> [SPFMacroString.Part]? {
        var parts: [SPFMacroString.Part] = []
        var literal: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                guard isLiteral(byte) else { return nil }
                literal.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "%"): literal.append(UInt8(ascii: "%"))
            case UInt8(ascii: "_"): literal.append(UInt8(ascii: " "))
            case UInt8(ascii: "-"): literal += Array("%20".utf8)
            case UInt8(ascii: "{"):
                guard let macro = macro() else { return nil }
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = []
                parts.append(.macro(macro))
            default: return nil
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        return parts
    }

    private func isLiteral(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) || place == .explanation && byte == 0x20
    }

    private mutating func macro() -> SPFMacroString.Macro? {
        guard let letter = rest.popFirst() else { return nil }
        let lowered = letter | 0x20
        guard SPFSyntax.isLetter(letter), letters.contains(lowered) else { return nil }
        let digits = rest.prefix(while: SPFSyntax.isDigit)
        rest = rest.dropFirst(digits.count)
        var kept: Int?
        if !digits.isEmpty {
            let number = digits.reduce(0) { min($0 * 10 + Int($1 - 0x30), Self.mostLabels) }
            guard number > 0 else { return nil }
            kept = number
        }
        var isReversed = false
        if let next = rest.first, next | 0x20 == UInt8(ascii: "r") {
            isReversed = true
            rest = rest.dropFirst()
        }
        let delimiters = rest.prefix { ".-+,/_=".utf8.contains($0) }
        rest = rest.dropFirst(delimiters.count)
        guard rest.popFirst() == UInt8(ascii: "}") else { return nil }
        return SPFMacroString.Macro(
            letter: lowered, isEscaped: letter != lowered, kept: kept, isReversed: isReversed, delimiters: Array(delimiters))
    }

    private var letters: String.UTF8View {
        switch place {
        case .domain: "slodiphv".utf8
        case .explanation: "slodiphvcrt".utf8
        }
    }
}

/// What macros stand for at one point of an evaluation (RFC 7208 §7.2).
struct SPFMacroValues {
    let request: SPFRequest
    /// The domain whose record is being evaluated.
    let domain: String
    /// The client's validated name, or `unknown`.
    let clientName: String

    func value(of letter: UInt8) -> String {
        switch letter {
        case UInt8(ascii: "s"): request.localPart + "@" + request.domain
        case UInt8(ascii: "l"): request.localPart
        case UInt8(ascii: "o"): request.domain
        case UInt8(ascii: "d"): domain
        case UInt8(ascii: "i"): dotted
        case UInt8(ascii: "p"): clientName
        case UInt8(ascii: "v"): if case .ipv4 = request.client { "in-addr" } else { "ip6" }
        case UInt8(ascii: "h"): request.heloName
        case UInt8(ascii: "c"): request.client.description
        case UInt8(ascii: "r"): request.receiver.isEmpty ? "unknown" : request.receiver
        case UInt8(ascii: "t"): String(request.time)
        default: ""
        }
    }

    /// IPv6 as nibbles with dots, for `%{i}`.
    private var dotted: String {
        switch request.client {
        case .ipv4: request.client.description
        case .ipv6:
            request.client.octets.flatMap { [$0 >> 4, $0 & 15] }.map { String($0, radix: 16, uppercase: true) }.joined(separator: ".")
        }
    }
}
