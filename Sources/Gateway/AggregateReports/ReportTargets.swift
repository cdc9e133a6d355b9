package import DNS
package import Mail
package import SenderAuthentication

/// Who may be sent a report: a domain that is not the policy's own has to say that it takes reports about it (RFC 7489 §7.1), or anybody
/// could have a stranger flooded with them.
package struct ReportTargets: Sendable {
    private let resolver: any DNSResolver
    private let suffixes: PublicSuffixList

    package init(_ resolver: any DNSResolver, suffixes: PublicSuffixList) {
        self.resolver = resolver
        self.suffixes = suffixes
    }

    package struct Chosen: Sendable, Hashable {
        package var recipients: [EmailAddress] = []
        /// Who was left out, and why; one line of printable ASCII each.
        package var leftOut: [String] = []
        /// Somebody could not be asked about at present.
        package var isUndecided = false
    }

    /// - Parameter sizeBytes: of the compressed report.
    package func choose(_ targets: [DMARCReportTarget], policyDomain: DomainName, sizeBytes: Int) async -> Chosen {
        var chosen = Chosen()
        for target in targets.prefix(DMARCRecord.maximumTargets) {
            if let limit = target.maximumBytes, sizeBytes > limit {
                chosen.leftOut.append("\(target.address) takes no more than \(limit) bytes")
                continue
            }
            switch await answer(target, policyDomain) {
            case .takes(let address): if !chosen.recipients.contains(address) { chosen.recipients.append(address) }
            case .refuses: chosen.leftOut.append("\(target.address) does not say that it takes reports about \(policyDomain.ascii)")
            case .undecided(let cause):
                chosen.leftOut.append("\(target.address): \(cause)")
                chosen.isUndecided = true
            }
        }
        return chosen
    }

    private enum Answer {
        case takes(EmailAddress)
        case refuses
        case undecided(String)
    }

    private func answer(_ target: DMARCReportTarget, _ policyDomain: DomainName) async -> Answer {
        guard let name = target.authorizationName(policyDomain: policyDomain, suffixes) else { return .takes(target.address) }
        do throws(DNSError) {
            let leaves = try await resolver.resolve(name, .text).texts.filter { $0.hasPrefix("v=DMARC1") }
            guard !leaves.isEmpty else { return .refuses }
            // It may name another mailbox of its own, and of no other (§7.1, step 6).
            let other = leaves.lazy.compactMap { DMARCRecord($0)?.reportTargets.first?.address }.first
            guard let other, other.domainName == target.address.domainName else { return .takes(target.address) }
            return .takes(other)
        } catch {
            return error.isTransient ? .undecided("\(error)") : .refuses
        }
    }
}
