/// Where mail for a domain goes according to the DNS (RFC 5321 §5.1, RFC 7505).
package enum MailHosts: Sendable, Hashable {
    /// Try these in this order; at least one, at most `maximumHosts`. `isSecure` says that DNSSEC vouches for the list
    /// (what RFC 7672 §2.2.1 asks for before it trusts TLSA records).
    case hosts([MailHost], isSecure: Bool)
    /// The domain says that it takes no mail (RFC 7505): a permanent failure, 5.1.10.
    case acceptsNoMail
    /// The domain exists but has neither MX nor address records, or its MX records name no usable host: 5.4.4.
    case noHosts
    /// The domain does not exist: 5.1.2.
    case noSuchDomain

    /// Hosts beyond this number are left out, the most preferred stay. Trying one costs minutes; nobody has so many.
    package static let maximumHosts = 50
}

/// One host that takes mail for a domain.
package struct MailHost: Sendable, Hashable {
    /// The host, in the form of `DNSName`.
    package var name: String
    /// Lower is tried first; 0 for the implicit one.
    package var preference: UInt16
    /// Whether the domain had no MX records and is itself the host (RFC 5321 §5.1).
    package var isImplicit: Bool

    /// A host with its preference.
    package init(name: String, preference: UInt16, isImplicit: Bool = false) {
        self.name = name
        self.preference = preference
        self.isImplicit = isImplicit
    }
}

extension MailHosts {
    /// Orders mail exchanges: lower preference first, equals shuffled so that load spreads (RFC 5321 §5.1), each host
    /// once at its best preference, null entries left out unless there is nothing else (RFC 7505 §3).
    ///
    /// Deterministic for a given generator: the exchanges are sorted before they are shuffled, so a name server that
    /// rotates its answers does not matter.
    package static func ordered(
        _ exchanges: [MailExchange], isSecure: Bool = false, using generator: inout some RandomNumberGenerator
    ) -> MailHosts {
        var best: [String: UInt16] = [:]
        for exchange in exchanges where exchange.host != "." {
            best[exchange.host] = min(best[exchange.host] ?? .max, exchange.preference)
        }
        guard !best.isEmpty else { return exchanges.isEmpty ? .noHosts : .acceptsNoMail }
        let byPreference = Dictionary(grouping: best.keys) { best[$0] ?? .max }
        var hosts: [MailHost] = []
        for (preference, names) in byPreference.sorted(by: { $0.key < $1.key }) {
            hosts += names.sorted().shuffled(using: &generator).map { MailHost(name: $0, preference: preference) }
        }
        return .hosts(Array(hosts.prefix(maximumHosts)), isSecure: isSecure)
    }
}

extension DNSResolver {
    /// The hosts that take mail for a domain, in the order to try them, with the system's random numbers.
    ///
    /// - Parameter domain: as for `resolve`; an address literal is not a domain.
    /// - Throws: as `resolve`. A failed MX question is an error, never a reason for the implicit host (RFC 5321 §5.1).
    package func mailHosts(for domain: String) async throws(DNSError) -> MailHosts {
        var generator = SystemRandomNumberGenerator()
        return try await mailHosts(for: domain, using: &generator)
    }

    /// The hosts that take mail for a domain, in the order to try them, with given random numbers.
    package func mailHosts(
        for domain: String, using generator: inout some RandomNumberGenerator
    ) async throws(DNSError) -> MailHosts {
        let answer = try await resolve(domain, .mailExchange)
        switch answer.finding {
        case .noSuchName: return .noSuchDomain
        case .records: return .ordered(answer.mailExchanges, isSecure: answer.security == .secure, using: &generator)
        case .noSuchRecords:
            // Both questions go to the name itself; the alias chain, if any, is followed again by the resolver.
            guard try await !addresses(of: domain).isEmpty else { return .noHosts }
            let host = MailHost(name: answer.name, preference: 0, isImplicit: true)
            return .hosts([host], isSecure: answer.security == .secure)
        }
    }
}
