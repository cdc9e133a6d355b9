import Mail
import SenderAuthentication
import Settings

/// What an aggregate report tells of a message (RFC 7489 §7.2): one observation for each domain in From that wants reports. Pure.
struct AuthenticationObservations: Sendable {
    private let evidence: AuthenticationEvidence
    private let settings: GatewaySettings
    private let client: NetworkAddress
    /// A trusted sealer excuses the failure.
    private let isExcused: Bool

    /// Signatures told of.
    private static let toldSignatures = 10

    init(_ evidence: AuthenticationEvidence, _ settings: GatewaySettings, client: NetworkAddress, isExcused: Bool) {
        self.evidence = evidence
        self.settings = settings
        self.client = client
        self.isExcused = isExcused
    }

    /// With the disposition that the settings make of what the domain asks for; the verdict may yet be milder.
    var all: [DMARCObservation] {
        (evidence.dmarc ?? []).compactMap { outcome in
            guard outcome.result == .pass || outcome.result == .fail, let record = outcome.record, let domain = outcome.policyDomain,
                !record.reportTargets.isEmpty, !settings.dmarcReports.excludedDomains.contains(domain.ascii)
            else { return nil }
            let (disposition, reason) = treatment(outcome)
            let row = DMARCReport.Row(
                source: client.description, count: 1, disposition: disposition, isDKIMAligned: outcome.isDKIMAligned,
                isSPFAligned: outcome.isSPFAligned, overrideReason: reason, headerFrom: outcome.domain.ascii,
                envelopeFrom: evidence.sender.address?.domainName?.ascii ?? "", spfDomain: spfDomain,
                spfScope: evidence.sender.isNull ? "helo" : "mfrom", spfResult: evidence.spf?.result ?? .temporaryError,
                signatures: signatures)
            return DMARCObservation(policyDomain: domain, record: record, row: row)
        }
    }

    private func treatment(_ outcome: DMARCOutcome) -> (DMARCRecord.Policy, String?) {
        guard outcome.result == .fail else { return (.none, nil) }
        if isExcused { return (.none, "trusted_forwarder") }
        let authentication = settings.senderAuthentication
        let done: DMARCRecord.Policy =
            switch outcome.disposition {
            case .none: .none
            case .quarantine: authentication.quarantineAction == .quarantine ? .quarantine : .none
            case .reject:
                switch authentication.rejectAction {
                case .reject: .reject
                case .quarantine: .quarantine
                case .score: .none
                }
            }
        if done != outcome.disposition { return (done, "local_policy") }
        return (done, outcome.disposition == outcome.policy ? nil : "sampled_out")
    }

    private var spfDomain: String {
        let domain = evidence.spf?.domain ?? evidence.sender.address?.domainName?.ascii ?? ""
        return PrintableText.cut(domain.isEmpty ? evidence.heloName : domain, limit: 255)
    }

    private var signatures: [DMARCReport.Row.Signature] {
        (evidence.dkim ?? []).compactMap { outcome in
            outcome.signature.map {
                DMARCReport.Row.Signature(
                    domain: $0.domain.ascii, selector: PrintableText.cut($0.selector, limit: 255), result: outcome.result)
            }
        }.prefix(Self.toldSignatures).map { $0 }
    }
}
