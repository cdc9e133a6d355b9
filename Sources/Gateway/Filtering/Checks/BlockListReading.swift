import DNS
import Settings

/// What a block list's answer means (RFC 5782). Pure.
///
/// RFC 5782 section 2.1: answers lie within 127.0.0.0/8. Others come from a domain that was sold, or from a resolver that leads unknown
/// names to a page; 127.255.255.0/24 and 127.0.0.1 are how lists say that they do not answer.
enum BlockListReading: Sendable, Hashable {
    case listed(UInt32)
    case notListed
    case foreign
    case refused

    init(_ addresses: [HostAddress], _ list: DNSBlockList) {
        guard !addresses.isEmpty else {
            self = .notListed
            return
        }
        let answers = addresses.compactMap { if case .ipv4(let bits) = $0 { bits } else { nil } }
        if answers.count != addresses.count || !answers.allSatisfy({ $0 >> 24 == 127 }) {
            self = .foreign
        } else if let answer = answers.first(where: list.counts) {
            self = .listed(answer)
        } else {
            self = answers.allSatisfy { $0 == 0x7F00_0001 || $0 >> 8 == 0x7F_FFFF } ? .refused : .notListed
        }
    }
}
