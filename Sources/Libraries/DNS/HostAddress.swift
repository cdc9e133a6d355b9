import Glibc

/// An IPv4 or IPv6 address, without port or zone.
package enum HostAddress: Sendable, Hashable {
    /// The 32 bits, first octet highest.
    case ipv4(UInt32)
    /// The 128 bits, first octet highest.
    case ipv6(UInt128)

    /// Reads dotted decimal IPv4 or RFC 4291 IPv6 text; nil for anything else, zone indices and ports included.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .ipv4(UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(octets: withUnsafeBytes(of: &six) { Array($0) })
        } else {
            return nil
        }
    }

    /// Reads 4 or 16 octets in network order; nil for any other number.
    package init?(octets: some Collection<UInt8>) {
        switch octets.count {
        case 4: self = .ipv4(octets.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .ipv6(octets.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// The 4 or 16 octets in network order.
    package var octets: [UInt8] {
        switch self {
        case .ipv4(let bits): withUnsafeBytes(of: bits.bigEndian) { Array($0) }
        case .ipv6(let bits): withUnsafeBytes(of: bits.bigEndian) { Array($0) }
        }
    }

    /// The name under which a PTR record of this address stands: `1.2.0.192.in-addr.arpa` or the nibbles under
    /// `ip6.arpa` (RFC 1035 §3.5, RFC 3596 §2.5).
    package var reverseName: String {
        switch self {
        case .ipv4: reversedLabels + ".in-addr.arpa"
        case .ipv6: reversedLabels + ".ip6.arpa"
        }
    }

    /// The octets (IPv4) or nibbles (IPv6) in reverse order, joined by dots, as block lists and PTR names want them
    /// (RFC 5782 §2.1, §2.4).
    package var reversedLabels: String {
        switch self {
        case .ipv4: octets.reversed().map { String($0) }.joined(separator: ".")
        case .ipv6:
            octets.reversed().flatMap { [$0 & 0x0f, $0 >> 4] }.map { String($0, radix: 16) }.joined(separator: ".")
        }
    }

    /// Takes from both lists in turn, `first` first, each address once.
    static func alternating(_ first: [HostAddress], _ second: [HostAddress]) -> [HostAddress] {
        var seen: Set<HostAddress> = []
        var result: [HostAddress] = []
        for index in 0..<max(first.count, second.count) {
            if index < first.count, seen.insert(first[index]).inserted { result.append(first[index]) }
            if index < second.count, seen.insert(second[index]).inserted { result.append(second[index]) }
        }
        return result
    }
}

extension HostAddress: CustomStringConvertible {
    /// Dotted decimal, or the shortest IPv6 form (RFC 5952).
    package var description: String {
        let family = octets.count == 4 ? AF_INET : AF_INET6
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            let written = octets.withUnsafeBytes { inet_ntop(family, $0.baseAddress, text.baseAddress, socklen_t(INET6_ADDRSTRLEN)) }
            return written.map { String(cString: $0) } ?? ""
        }
    }
}
