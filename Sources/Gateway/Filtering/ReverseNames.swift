import DNS
import Settings

/// The names of an address in DNS, and which of them lead back to it (RFC 8601 section 3: forward-confirmed reverse DNS).
struct ReverseNames: Sendable {
    let resolver: any DNSResolver

    /// Names beyond are not looked at: one host has one or two, and each costs two questions.
    static let maximumNames = 5

    enum Finding: Sendable, Hashable {
        case noName
        case unconfirmed([String])
        case confirmed([String])
        case undecided(DNSError)

        var isUndecided: Bool { if case .undecided = self { true } else { false } }
        var confirmed: [String] { if case .confirmed(let names) = self { names } else { [] } }
    }

    func look(_ address: NetworkAddress) async -> Finding {
        guard let host = HostAddress(octets: address.bytes) else { return .noName }
        do throws(DNSError) {
            let names = Array(try await resolver.resolve(host.reverseName, .pointer).names.prefix(Self.maximumNames))
            guard !names.isEmpty else { return .noName }
            return try await confirm(names, host)
        } catch {
            return .undecided(error)
        }
    }

    private func confirm(_ names: [String], _ host: HostAddress) async throws(DNSError) -> Finding {
        var failure: DNSError?
        var confirmed: [String] = []
        for name in names {
            do throws(DNSError) {
                let answer = try await resolver.resolve(name, host.octets.count == 4 ? .a : .aaaa)
                if answer.addresses.contains(host) { confirmed.append(name) }
            } catch {
                // A name that is none confirms nothing; a server that is away leaves it open.
                if error.isTransient { failure = error }
            }
        }
        if !confirmed.isEmpty { return .confirmed(confirmed) }
        if let failure { throw failure }
        return .unconfirmed(names)
    }
}
