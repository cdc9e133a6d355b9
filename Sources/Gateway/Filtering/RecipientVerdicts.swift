package import Settings

/// The verdict on a message whose recipients' domains may judge it differently. A dialog has one answer for all of them, so what one
/// domain refuses and another takes is taken, and kept back for those that refuse it. Pure.
package struct RecipientVerdicts: Sendable {
    /// Recipients that are judged alike.
    package struct Share: Sendable {
        package let policy: VerdictPolicy
        /// Ordinals of the recipients; a result that counts for one of them counts for all.
        package let recipients: [Int]
        /// Of their domains; for the words of the finding.
        package let domains: [String]

        package init(policy: VerdictPolicy, recipients: [Int], domains: [String]) {
            self.policy = policy
            self.recipients = recipients
            self.domains = domains
        }

        func verdict(_ results: [CheckResult]) -> PolicyVerdict {
            policy.verdict(results.filter { $0.recipients?.isDisjoint(with: recipients) != true })
        }
    }

    /// What is done with the message as a whole: refused, put off, or taken; of one that is taken the weightiest that is done with a copy.
    package let verdict: PolicyVerdict
    /// What is written down: the verdict if there is one for all, with what would be done where nothing is enforced.
    package let recorded: PolicyVerdict
    package let isRecordedOnly: Bool
    /// Recipients whose copy is kept back, when others' copies are not; nil: the verdict is everybody's.
    package let kept: Set<Int>?
    /// Some domain would have refused what is kept back for it.
    package let keepsRefused: Bool
    /// Says what each domain's verdict was, where they differ.
    package let finding: CheckResult?

    package static let checkName = "domain-exceptions"
    package static let title = LocalizedText("Domains' exceptions", ja: "ドメインごとの例外")

    /// - Parameter shares: at least one; of those with an equal policy, one.
    package init(_ shares: [Share], _ results: [CheckResult]) {
        let verdicts = shares.map { ($0, $0.verdict(results)) }
        let done = verdicts.map { $0.policy.isEnforced ? $1 : PolicyVerdict(.accept) }
        let decisions = Set(done.map(\.decision))
        isRecordedOnly = shares.allSatisfy { !$0.policy.isEnforced }
        guard decisions.count > 1 else {
            verdict = done.first ?? PolicyVerdict(.accept)
            // What only some record must not be taken for what was done.
            recorded =
                isRecordedOnly ? verdicts.map(\.1).max { Self.rank($0.decision) < Self.rank($1.decision) } ?? verdict : verdict
            kept = nil
            keepsRefused = false
            finding = shares.count > 1 && Set(verdicts.map(\.1.decision)).count > 1 ? Self.finding(verdicts) : nil
            return
        }
        finding = Self.finding(verdicts)
        if let later = done.first(where: { $0.decision == .tryAgainLater }) {
            // Nobody loses anything: the message comes again for all.
            (verdict, recorded, kept, keepsRefused) = (later, later, nil, false)
            return
        }
        let keeping = zip(shares, done).filter { $0.1.decision == .reject || $0.1.decision == .quarantine }
        guard let worst = keeping.map(\.1).max(by: { Self.rank($0.decision) < Self.rank($1.decision) }) else {
            // Some would have the tag and others not: a header is everybody's.
            (verdict, recorded, kept, keepsRefused) = (PolicyVerdict(.accept), PolicyVerdict(.accept), nil, false)
            return
        }
        verdict = PolicyVerdict(.quarantine, reasons: worst.reasons)
        recorded = verdict
        let ordinals = Set(keeping.flatMap(\.0.recipients))
        kept = ordinals.count == shares.map(\.recipients.count).reduce(0, +) ? nil : ordinals
        keepsRefused = keeping.contains { $0.1.decision == .reject }
    }

    private static func rank(_ decision: PolicyVerdict.Decision) -> Int {
        switch decision {
        case .accept: 0
        case .tagSubject: 1
        case .quarantine: 2
        case .tryAgainLater: 3
        case .reject: 4
        }
    }

    /// Domains named for each verdict.
    private static let namedDomains = 3

    private static func finding(_ verdicts: [(Share, PolicyVerdict)]) -> CheckResult {
        func text(_ words: (PolicyVerdict.Decision) -> String, recorded: String, separator: String) -> String {
            verdicts.map { share, verdict in
                let names = share.domains.prefix(namedDomains).joined(separator: ", ") + (share.domains.count > namedDomains ? ", …" : "")
                return "\(names): \(words(verdict.decision))\(share.policy.isEnforced ? "" : recorded)"
            }.joined(separator: separator)
        }
        let texts = LocalizedText(
            text(\.word.english, recorded: " (recorded only)", separator: "; ") + ".",
            ja: text(\.word.japanese, recorded: "（記録のみ）", separator: "、"))
        return CheckResult(check: checkName, outcome: .found, weight: .score(.zero), text: texts, isExcusable: true)
    }
}

extension PolicyVerdict.Decision {
    fileprivate var word: LocalizedText {
        switch self {
        case .accept: LocalizedText("accept", ja: "受付")
        case .tagSubject: LocalizedText("accept with a tag", ja: "タグを付けて受付")
        case .quarantine: LocalizedText("quarantine", ja: "隔離")
        case .reject: LocalizedText("refuse", ja: "拒否")
        case .tryAgainLater: LocalizedText("try again later", ja: "一時拒否")
        }
    }
}
