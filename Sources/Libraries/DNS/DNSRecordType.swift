/// The record types this library can ask for and read, with their numbers in the protocol.
package enum DNSRecordType: UInt16, Sendable, Hashable, CaseIterable {
    /// IPv4 address (RFC 1035 §3.4.1).
    case a = 1
    /// Authoritative name server (RFC 1035 §3.3.11).
    case nameServer = 2
    /// Alias (RFC 1035 §3.3.1).
    case alias = 5
    /// Name of an address (RFC 1035 §3.3.12).
    case pointer = 12
    /// Mail exchange (RFC 1035 §3.3.9, RFC 7505).
    case mailExchange = 15
    /// Text (RFC 1035 §3.3.14).
    case text = 16
    /// IPv6 address (RFC 3596).
    case aaaa = 28
    /// Certificate association (RFC 6698).
    case tlsa = 52
}

extension DNSRecordType: CustomStringConvertible {
    /// The mnemonic of zone files: `A`, `MX`, `TXT`.
    package var description: String {
        switch self {
        case .a: "A"
        case .nameServer: "NS"
        case .alias: "CNAME"
        case .pointer: "PTR"
        case .mailExchange: "MX"
        case .text: "TXT"
        case .aaaa: "AAAA"
        case .tlsa: "TLSA"
        }
    }
}
