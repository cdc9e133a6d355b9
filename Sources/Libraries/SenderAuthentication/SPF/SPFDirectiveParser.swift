import DNS

/// Reads one directive: a qualifier, a mechanism, and what follows it (RFC 7208 §5).
enum SPFDirectiveParser {
    /// - Returns: nil when the term breaks the syntax or names an unknown mechanism.
    static func directive(_ term: ArraySlice<UInt8>) -> SPFRecord.Directive? {
        var rest = term
        let qualifier = qualifier(&rest)
        let name = rest.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "/") }
        rest = rest.dropFirst(name.count)
        guard let mechanism = mechanism(String(decoding: name.map(\.spfLowercased), as: UTF8.self), rest) else { return nil }
        return SPFRecord.Directive(qualifier: qualifier, mechanism: mechanism, text: String(decoding: term, as: UTF8.self))
    }

    private static func qualifier(_ rest: inout ArraySlice<UInt8>) -> SPFRecord.Qualifier {
        let qualifier: SPFRecord.Qualifier
        switch rest.first {
        case UInt8(ascii: "+"): qualifier = .pass
        case UInt8(ascii: "-"): qualifier = .fail
        case UInt8(ascii: "~"): qualifier = .softFail
        case UInt8(ascii: "?"): qualifier = .neutral
        default: return .pass
        }
        rest = rest.dropFirst()
        return qualifier
    }

    private static func mechanism(_ name: String, _ rest: ArraySlice<UInt8>) -> SPFRecord.Mechanism? {
        switch name {
        case "all": return rest.isEmpty ? .all : nil
        case "include": return domain(rest).map { .include($0) }
        case "exists": return domain(rest).map { .exists($0) }
        case "ptr":
            if rest.isEmpty { return .clientNames(nil) }
            return domain(rest).map { .clientNames($0) }
        case "a": return hosts(rest).map { .addresses($0.domain, $0.lengths) }
        case "mx": return hosts(rest).map { .exchanges($0.domain, $0.lengths) }
        case "ip4": return network(rest, mostBits: 32)
        case "ip6": return network(rest, mostBits: 128)
        default: return nil
        }
    }

    /// `:domain-spec`
    private static func domain(_ rest: ArraySlice<UInt8>) -> SPFMacroString? {
        guard rest.first == UInt8(ascii: ":") else { return nil }
        return SPFMacroString(domain: rest.dropFirst())
    }

    /// `[ ":" domain-spec ] [ "/" bits ] [ "//" bits ]`
    private static func hosts(_ text: ArraySlice<UInt8>) -> (domain: SPFMacroString?, lengths: SPFPrefixLengths)? {
        var rest = text
        var lengths = SPFPrefixLengths()
        let slash = UInt8(ascii: "/")
        if let digits = trailingNumber(rest), rest.dropLast(digits.count).suffix(2) == [slash, slash] {
            guard let bits = bits(digits, most: 128) else { return nil }
            lengths.ipv6 = bits
            rest = rest.dropLast(digits.count + 2)
        }
        if let digits = trailingNumber(rest), rest.dropLast(digits.count).last == slash {
            guard let bits = bits(digits, most: 32) else { return nil }
            lengths.ipv4 = bits
            rest = rest.dropLast(digits.count + 1)
        }
        if rest.isEmpty { return (nil, lengths) }
        return domain(rest).map { ($0, lengths) }
    }

    private static func network(_ text: ArraySlice<UInt8>, mostBits: Int) -> SPFRecord.Mechanism? {
        guard text.first == UInt8(ascii: ":") else { return nil }
        let pieces = text.dropFirst().split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = pieces.first, first.count <= 64, let address = HostAddress(String(decoding: first, as: UTF8.self)),
            address.octets.count * 8 == mostBits
        else { return nil }
        guard pieces.count == 2 else { return .network(address, bits: mostBits) }
        return bits(pieces[1], most: mostBits).map { .network(address, bits: $0) }
    }

    private static func trailingNumber(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let last = bytes.lastIndex(where: { !SPFSyntax.isDigit($0) }) else { return nil }
        let digits = bytes[(last + 1)...]
        return digits.isEmpty ? nil : digits
    }

    /// Without leading zeros (RFC 7208 §5.6).
    private static func bits(_ digits: ArraySlice<UInt8>, most: Int) -> Int? {
        guard !digits.isEmpty, digits.count <= 3, digits.allSatisfy(SPFSyntax.isDigit), digits.count == 1 || digits.first != 0x30
        else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return value <= most ? value : nil
    }
}
