import DNS

/// One SPF record, taken apart as a whole before any of it is evaluated (RFC 7208 §4.6).
struct SPFRecord: Sendable, Hashable {
    enum Qualifier: Sendable, Hashable {
        case pass, fail, softFail, neutral

        var result: SPFResult {
            switch self {
            case .pass: .pass
            case .fail: .fail
            case .softFail: .softFail
            case .neutral: .neutral
            }
        }
    }

    /// RFC 7208 §5; a missing domain means the one whose record this is.
    enum Mechanism: Sendable, Hashable {
        case all
        case include(SPFMacroString)
        case addresses(SPFMacroString?, SPFPrefixLengths)
        case exchanges(SPFMacroString?, SPFPrefixLengths)
        case clientNames(SPFMacroString?)
        case network(HostAddress, bits: Int)
        case exists(SPFMacroString)
    }

    struct Directive: Sendable, Hashable {
        var qualifier: Qualifier
        var mechanism: Mechanism
        /// As written.
        var text: String
    }

    private(set) var directives: [Directive] = []
    private(set) var redirect: SPFMacroString?
    private(set) var explanation: SPFMacroString?
    private var hasAll = false

    /// Where evaluation goes when nothing matched; `all` makes it void (RFC 7208 §6.1).
    var effectiveRedirect: SPFMacroString? { hasAll ? nil : redirect }

    /// Whether a text record is an SPF record of version 1 at all (RFC 7208 §4.5).
    static func isRecord(_ text: String) -> Bool {
        let bytes = text.utf8.prefix(7).map(\.spfLowercased)
        return bytes.starts(with: Array("v=spf1".utf8)) && (bytes.count == 6 || bytes[6] == 0x20)
    }

    /// - Throws: the term that breaks the syntax.
    init(parsing text: String) throws(SPFSyntaxError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= SPFLimits.recordBytes else { throw SPFSyntaxError(term: "its end: too long") }
        for term in bytes[min(6, bytes.count)...].split(separator: 0x20) {
            guard take(term) else { throw SPFSyntaxError(term: String(decoding: term.prefix(80), as: UTF8.self)) }
        }
    }

    private mutating func take(_ term: ArraySlice<UInt8>) -> Bool {
        let name = term.prefix { SPFSyntax.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
        if term.dropFirst(name.count).first == UInt8(ascii: "=") {
            return takeModifier(name, term.dropFirst(name.count + 1))
        }
        guard let directive = SPFDirectiveParser.directive(term) else { return false }
        if directive.mechanism == .all { hasAll = true }
        directives.append(directive)
        return true
    }

    private mutating func takeModifier(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first, SPFSyntax.isLetter(first) else { return false }
        switch String(decoding: name.map(\.spfLowercased), as: UTF8.self) {
        case "redirect":
            guard redirect == nil, let domain = SPFMacroString(domain: value) else { return false }
            redirect = domain
        case "exp":
            guard explanation == nil, let domain = SPFMacroString(domain: value) else { return false }
            explanation = domain
        default:
            return SPFMacroString(value, at: .domain) != nil
        }
        return true
    }
}

/// A record that breaks the syntax, at this term.
struct SPFSyntaxError: Error, Hashable {
    let term: String
}

/// How many leading bits have to agree, for each family.
struct SPFPrefixLengths: Sendable, Hashable {
    var ipv4 = 32
    var ipv6 = 128

    /// Whether two addresses of one family agree in the bits that count; different families never do.
    func matches(_ address: HostAddress, _ client: HostAddress) -> Bool {
        switch (address, client) {
        case (.ipv4(let one), .ipv4(let other)): ipv4 <= 0 || (one ^ other) >> UInt32(32 - ipv4) == 0
        case (.ipv6(let one), .ipv6(let other)): ipv6 <= 0 || (one ^ other) >> UInt128(128 - ipv6) == 0
        case (.ipv4, .ipv6), (.ipv6, .ipv4): false
        }
    }
}

/// The characters of RFC 7208's grammar.
enum SPFSyntax {
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
}

extension UInt8 {
    /// ASCII letters in lower case.
    var spfLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self + 0x20 : self }
}
