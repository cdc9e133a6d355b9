package import DNS
package import Mail

/// The words of Authentication-Results for DMARC (RFC 7489 §11.2).
package enum DMARCResult: String, Sendable, Hashable, CaseIterable {
    case none, pass, fail
    case temporaryError = "temperror"
    case permanentError = "permerror"
}

/// What DMARC says about a message and one domain of its From.
package struct DMARCOutcome: Sendable, Hashable {
    package let result: DMARCResult
    /// The domain in From.
    package let domain: DomainName
    package let reason: DMARCReason
    /// Where the record was found: the domain itself or its organization's; nil without one.
    package let policyDomain: DomainName?
    package let record: DMARCRecord?
    /// What the record asks for mail that fails.
    package let policy: DMARCRecord.Policy
    /// What is asked for this message: less than `policy` when it is not in the sampled part, none when it did not fail.
    package let disposition: DMARCRecord.Policy
    package let isDKIMAligned: Bool
    package let isSPFAligned: Bool
}

/// Why.
package enum DMARCReason: Sendable, Hashable {
    /// SPF or DKIM passed for a domain that belongs to the one in From.
    case aligned
    case notAligned
    /// The check that could have passed could not be decided at present.
    case undecided
    case noRecord(domain: DomainName)
    case badRecord(domain: DomainName)
    case dns(domain: DomainName, error: DNSError)
}

extension DMARCReason: CustomStringConvertible {
    /// One line of printable ASCII.
    package var description: String {
        switch self {
        case .aligned: "SPF or DKIM passed for the domain in From"
        case .notAligned: "neither SPF nor DKIM passed for the domain in From"
        case .undecided: "SPF or DKIM could not be decided"
        case .noRecord(let domain): "\(domain) has no DMARC record"
        case .badRecord(let domain): "the DMARC record of \(domain) is wrong"
        case .dns(let domain, let error): PrintableText.cut("\(domain): \(error)")
        }
    }
}

/// Evaluates policies with a resolver.
package struct DMARCVerifier: Sendable {
    private let resolver: any DNSResolver
    private let suffixes: PublicSuffixList

    package init(_ resolver: any DNSResolver, suffixes: PublicSuffixList) {
        self.resolver = resolver
        self.suffixes = suffixes
    }

    /// What DMARC says about each of the domains, in their order. The strictest disposition of them is what counts for a message that
    /// claims to come from several.
    ///
    /// - Parameter sample: a random number from 0 to 99, held against `pct=`.
    package func verify(_ domains: [DomainName], evidence: DMARCEvidence, sample: Int) async -> [DMARCOutcome] {
        var outcomes: [DMARCOutcome] = []
        for domain in domains.prefix(DMARCIdentity.maximumDomains) {
            var evaluation = DMARCEvaluation(domain: domain, evidence: evidence, suffixes: suffixes, sample: sample)
            var step = evaluation.start()
            while case .ask(let query) = step { step = evaluation.take(await resolver.reply(to: query)) }
            if case .finished(let outcome) = step { outcomes.append(outcome) }
        }
        return outcomes
    }
}
