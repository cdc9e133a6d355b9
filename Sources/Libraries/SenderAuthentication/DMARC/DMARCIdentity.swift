package import Mail

/// Whose mail a message claims to be: the domains in From (RFC 7489 §6.6.1).
package enum DMARCIdentity: Sendable, Hashable {
    /// At least one, each once; more than one is rare and suspicious, all of them count.
    case domains([DomainName])
    /// There is no From, or no domain in it.
    case missing
    /// More different domains than `maximumDomains`.
    case tooMany

    package static let maximumDomains = 4

    package init(_ message: AuthenticatedMessage) {
        var domains: [DomainName] = []
        for position in message.positions(of: "from") {
            for mailbox in message.header[position].addresses.mailboxes {
                guard let domain = Self.domain(mailbox.address), !domains.contains(domain) else { continue }
                guard domains.count < Self.maximumDomains else {
                    self = .tooMany
                    return
                }
                domains.append(domain)
            }
        }
        self = domains.isEmpty ? .missing : .domains(domains)
    }

    /// What stands behind the last at sign counts, be the local part right or wrong: readers are shown it.
    private static func domain(_ address: String) -> DomainName? {
        guard address.utf8.count <= EmailAddress.maximumOctets * 10, let separator = address.lastIndex(of: "@") else { return nil }
        return try? DomainName(address[address.index(after: separator)...])
    }
}

/// What SPF and DKIM found, as far as DMARC asks for it.
package struct DMARCEvidence: Sendable, Hashable {
    /// The domain SPF passed for.
    package var spfDomain: DomainName?
    /// Domains of valid signatures.
    package var dkimDomains: [DomainName]
    /// Domains for which one of the two could not be decided at present.
    package var undecidedDomains: [DomainName]

    package init(spfDomain: DomainName? = nil, dkimDomains: [DomainName] = [], undecidedDomains: [DomainName] = []) {
        self.spfDomain = spfDomain
        self.dkimDomains = dkimDomains
        self.undecidedDomains = undecidedDomains
    }

    /// - Parameter spf: of the MAIL FROM identity; nil when it was not looked at.
    package init(spf: SPFOutcome?, dkim: [DKIMOutcome]) {
        self.init()
        if let spf, let domain = try? DomainName(spf.domain) {
            if spf.result == .pass { spfDomain = domain }
            if spf.result == .temporaryError { undecidedDomains.append(domain) }
        }
        for outcome in dkim {
            guard let domain = outcome.signature?.domain else { continue }
            if outcome.result == .pass { dkimDomains.append(domain) }
            if outcome.result == .temporaryError { undecidedDomains.append(domain) }
        }
    }
}
