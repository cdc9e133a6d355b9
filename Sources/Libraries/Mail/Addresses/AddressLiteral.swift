import Glibc

/// An IP address in brackets in place of a domain (RFC 5321 §4.1.3); general literals with other tags are refused.
package enum AddressLiteral: Hashable, Sendable {
    /// Four octets, network order.
    case ipv4([UInt8])
    /// Sixteen octets, network order.
    case ipv6([UInt8])

    /// RFC 5321 §4.1.3: `IPv6:` and 39 to 45 characters; generous, and short enough for the C parser.
    private static let maximumCharacters = 64

    /// Reads a literal with its brackets: `[192.0.2.1]`, `[IPv6:2001:db8::1]`.
    ///
    /// - Throws: `MailSyntaxError.addressLiteral`.
    package init(_ text: some StringProtocol) throws(MailSyntaxError) {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count <= Self.maximumCharacters, text.utf8.count > 2 else {
            throw .addressLiteral
        }
        let inner = String(text.dropFirst().dropLast())
        guard inner.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .addressLiteral }
        if inner.lowercased().hasPrefix("ipv6:") {
            self = .ipv6(try Self.octets(of: String(inner.dropFirst(5)), family: AF_INET6, count: 16))
        } else {
            self = .ipv4(try Self.octets(of: inner, family: AF_INET, count: 4))
        }
    }

    /// The address itself without brackets and tag.
    package var address: String {
        switch self {
        case .ipv4(let octets): octets.map { String($0) }.joined(separator: ".")
        case .ipv6(let octets): Self.text(of: octets)
        }
    }

    private static func octets(of text: String, family: Int32, count: Int) throws(MailSyntaxError) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        guard inet_pton(family, text, &octets) == 1 else { throw .addressLiteral }
        return octets
    }

    private static func text(of octets: [UInt8]) -> String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard octets.count == 16, inet_ntop(AF_INET6, octets, &buffer, socklen_t(buffer.count)) != nil else { return "::" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension AddressLiteral: CustomStringConvertible {
    /// With brackets, as on the wire.
    package var description: String {
        switch self {
        case .ipv4: "[\(address)]"
        case .ipv6: "[IPv6:\(address)]"
        }
    }
}
