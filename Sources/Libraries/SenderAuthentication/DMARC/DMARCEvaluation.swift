import DNS
package import Mail

/// Finds a domain's policy and holds a message against it (RFC 7489 §6.6), without asking anyone: it says which DNS question comes
/// next; there are two at most.
package struct DMARCEvaluation: Sendable {
    package enum Step: Sendable, Hashable {
        case ask(DNSQuery)
        case finished(DMARCOutcome)
    }

    private let domain: DomainName
    private let organization: DomainName
    private let evidence: DMARCEvidence
    private let suffixes: PublicSuffixList
    private let sample: Int
    private var asked: DomainName

    /// - Parameters:
    ///   - domain: the one in From.
    ///   - sample: a random number from 0 to 99, held against `pct=`.
    package init(domain: DomainName, evidence: DMARCEvidence, suffixes: PublicSuffixList, sample: Int) {
        self.domain = domain
        self.evidence = evidence
        self.suffixes = suffixes
        self.sample = sample
        organization = suffixes.organizationalDomain(of: domain)
        asked = domain
    }

    package func start() -> Step { .ask(Self.query(domain)) }

    /// Takes what came of the question of the last step.
    package mutating func take(_ reply: DNSReply) -> Step {
        switch reply {
        case .failure(let error) where error.isTransient: return finish(.temporaryError, reason: .dns(domain: asked, error: error))
        case .failure: return noRecord()
        case .answer(let answer):
            let texts = answer.texts.filter(DMARCRecord.isRecord)
            // Several records are none (RFC 7489 §6.6.3).
            guard let text = texts.first, texts.count == 1 else { return noRecord() }
            guard let record = DMARCRecord(text) else { return finish(.permanentError, reason: .badRecord(domain: asked)) }
            return judge(record)
        }
    }

    private mutating func noRecord() -> Step {
        guard asked == domain, organization != domain else { return finish(.none, reason: .noRecord(domain: domain)) }
        asked = organization
        return .ask(Self.query(organization))
    }

    private func judge(_ record: DMARCRecord) -> Step {
        let policy = asked == domain ? record.policy : record.subdomainPolicy
        let dkim = evidence.dkimDomains.contains { isAligned($0, record.dkimAlignment) }
        let spf = evidence.spfDomain.map { isAligned($0, record.spfAlignment) } ?? false
        if dkim || spf { return .finished(outcome(.pass, .aligned, record, policy, .none, dkim: dkim, spf: spf)) }
        if evidence.undecidedDomains.contains(where: { isAligned($0, .relaxed) }) {
            return .finished(outcome(.temporaryError, .undecided, record, policy, .none))
        }
        let applied = sample < record.percentage ? policy : policy.lower
        return .finished(outcome(.fail, .notAligned, record, policy, applied))
    }

    private func isAligned(_ other: DomainName, _ alignment: DMARCRecord.Alignment) -> Bool {
        switch alignment {
        case .strict: other == domain
        case .relaxed: suffixes.organizationalDomain(of: other) == organization
        }
    }

    private func outcome(
        _ result: DMARCResult, _ reason: DMARCReason, _ record: DMARCRecord, _ policy: DMARCRecord.Policy,
        _ disposition: DMARCRecord.Policy, dkim: Bool = false, spf: Bool = false
    ) -> DMARCOutcome {
        DMARCOutcome(
            result: result, domain: domain, reason: reason, policyDomain: asked, record: record, policy: policy, disposition: disposition,
            isDKIMAligned: dkim, isSPFAligned: spf)
    }

    private func finish(_ result: DMARCResult, reason: DMARCReason) -> Step {
        .finished(
            DMARCOutcome(
                result: result, domain: domain, reason: reason, policyDomain: nil, record: nil, policy: .none, disposition: .none,
                isDKIMAligned: false, isSPFAligned: false))
    }

    private static func query(_ domain: DomainName) -> DNSQuery { DNSQuery("_dmarc.\(domain.ascii)", .text) }
}
