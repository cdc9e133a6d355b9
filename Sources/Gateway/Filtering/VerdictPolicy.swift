package import MessageLog
package import Settings

/// Results and settings make a verdict: the only place that decides. Pure.
///
/// In this order: an allow entry excuses all excusable findings; then the first of reject, try again later, quarantine that a finding
/// asks for; then the sum of scores against the two thresholds and, if it is on, the tag.
package struct VerdictPolicy: Sendable {
    package let settings: FilteringSettings
    private let exception: ScoringException?

    /// - Parameter exception: of the domain that the message is for.
    package init(settings: FilteringSettings, exception: ScoringException? = nil) {
        self.settings = settings
        self.exception = exception
    }

    /// Whether something follows from the verdict; else it is only written down.
    package var isEnforced: Bool { settings.mode == .enforce && exception != .record }

    package func verdict(_ results: [CheckResult]) -> PolicyVerdict {
        let counting = counting(results)
        for (weight, decision) in Self.demands {
            let reasons = counting.filter { $0.weight == weight }
            if !reasons.isEmpty { return PolicyVerdict(decision, reasons: reasons) }
        }
        guard exception != .unscored else { return PolicyVerdict(.accept) }
        let total = score(results)
        let reasons = counting.filter { Self.points($0) > .zero }.sorted { Self.points($0) > Self.points($1) }
        if total >= thresholds.reject { return PolicyVerdict(.reject, reasons: reasons) }
        if total >= thresholds.quarantine { return PolicyVerdict(.quarantine, reasons: reasons) }
        if settings.tagsSubject, total >= settings.tagScore { return PolicyVerdict(.tagSubject, reasons: reasons) }
        return PolicyVerdict(.accept)
    }

    private var thresholds: (quarantine: FilterScore, reject: FilterScore) {
        if case .own(let quarantine, let reject) = exception { return (quarantine, reject) }
        return (settings.quarantineScore, settings.rejectScore)
    }

    /// The sum of what counts.
    package func score(_ results: [CheckResult]) -> FilterScore { counting(results).reduce(.zero) { $0 + Self.points($1) } }

    /// Results, sum and verdict as they are stored.
    package func judgement(_ results: [CheckResult], _ verdict: PolicyVerdict) -> MessageJudgement {
        MessageJudgement(
            verdict: MessageJudgement.Verdict(verdict.decision), isRecordedOnly: !isEnforced, score: score(results),
            findings: results.map(MessageJudgement.Finding.init))
    }

    /// Of a message with several recipients.
    package static func judgement(_ results: [CheckResult], _ verdicts: RecipientVerdicts, _ settings: FilteringSettings)
        -> MessageJudgement
    {
        MessageJudgement(
            verdict: MessageJudgement.Verdict(verdicts.recorded.decision), isRecordedOnly: verdicts.isRecordedOnly,
            score: VerdictPolicy(settings: settings).score(results),
            findings: (results + (verdicts.finding.map { [$0] } ?? [])).map(MessageJudgement.Finding.init))
    }

    private static let demands: [(CheckResult.Weight, PolicyVerdict.Decision)] = [
        (.reject, .reject), (.tryAgainLater, .tryAgainLater), (.quarantine, .quarantine),
    ]

    private func counting(_ results: [CheckResult]) -> [CheckResult] {
        let found = results.filter { $0.outcome == .found }
        guard found.contains(where: { $0.weight == .allow }) else { return found }
        return found.filter { !$0.isExcusable }
    }

    private static func points(_ result: CheckResult) -> FilterScore {
        switch result.weight {
        case .score(let score): score
        case .allow, .quarantine, .reject, .tryAgainLater: .zero
        }
    }
}

extension MessageJudgement.Verdict {
    init(_ decision: PolicyVerdict.Decision) {
        switch decision {
        case .accept: self = .accept
        case .tagSubject: self = .tag
        case .quarantine: self = .quarantine
        case .reject: self = .reject
        case .tryAgainLater: self = .tryAgainLater
        }
    }
}

extension MessageJudgement.Finding {
    init(_ result: CheckResult) {
        let weight: MessageJudgement.Weight
        var score = FilterScore.zero
        switch result.weight {
        case .score(let points):
            weight = .score
            score = points
        case .allow: weight = .allow
        case .quarantine: weight = .quarantine
        case .reject: weight = .reject
        case .tryAgainLater: weight = .tryAgainLater
        }
        self.init(
            check: result.check, outcome: MessageJudgement.Outcome(result.outcome), weight: weight, score: score,
            microseconds: Int(result.duration / .microseconds(1)),
            text: LocalizedText(result.text.english + result.detail.english, ja: result.text.japanese + result.detail.japanese))
    }
}

extension MessageJudgement.Outcome {
    init(_ outcome: CheckResult.Outcome) {
        switch outcome {
        case .found: self = .found
        case .notFound: self = .notFound
        case .undecided: self = .undecided
        }
    }
}
