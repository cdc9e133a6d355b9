import Filtering
import MessageLog
import Settings
import Testing

/// Results and settings make a verdict.
@Suite struct VerdictPolicyTests {
    private func result(
        _ weight: CheckResult.Weight, _ outcome: CheckResult.Outcome = .found, isExcusable: Bool = true
    ) -> CheckResult {
        CheckResult(check: "test", outcome: outcome, weight: weight, text: LocalizedText("found", ja: "発見"), isExcusable: isExcusable)
    }

    private func points(_ tenths: Int) -> CheckResult.Weight { .score(FilterScore(tenths: tenths)) }

    @Test(arguments: [
        ([], PolicyVerdict.Decision.accept), ([49], .accept), ([50], .quarantine), ([25, 25], .quarantine), ([60, -20], .accept),
        ([119], .quarantine), ([120], .reject), ([60, 60, 60], .reject),
    ])
    func `the sum of scores decides by the two thresholds`(scores: [Int], decision: PolicyVerdict.Decision) {
        let policy = VerdictPolicy(settings: FilteringSettings())
        #expect(policy.verdict(scores.map { result(points($0)) }).decision == decision)
    }

    @Test(arguments: [
        (CheckResult.Weight.reject, PolicyVerdict.Decision.reject), (.quarantine, .quarantine), (.tryAgainLater, .tryAgainLater),
    ])
    func `a finding can demand what the score alone would not`(weight: CheckResult.Weight, decision: PolicyVerdict.Decision) {
        #expect(VerdictPolicy(settings: FilteringSettings()).verdict([result(weight), result(points(1))]).decision == decision)
    }

    @Test func `an allow entry excuses scores and demands, but not what is dangerous in itself`() {
        let policy = VerdictPolicy(settings: FilteringSettings())
        #expect(policy.verdict([result(.allow), result(.reject), result(points(500))]).decision == .accept)
        #expect(policy.score([result(.allow), result(points(500))]) == .zero)
        #expect(policy.verdict([result(.allow), result(.quarantine, isExcusable: false)]).decision == .quarantine)
    }

    @Test(arguments: [CheckResult.Outcome.notFound, .undecided])
    func `what was not found or not decided counts nothing`(outcome: CheckResult.Outcome) {
        #expect(
            VerdictPolicy(settings: FilteringSettings()).verdict([result(.reject, outcome), result(points(500), outcome)]).decision
                == .accept)
    }

    @Test func `the tag is put on from its score on, and only if it is switched on`() {
        var settings = FilteringSettings()
        #expect(VerdictPolicy(settings: settings).verdict([result(points(40))]).decision == .accept)
        settings.tagsSubject = true
        #expect(VerdictPolicy(settings: settings).verdict([result(points(40))]).decision == .tagSubject)
        #expect(VerdictPolicy(settings: settings).verdict([result(points(29))]).decision == .accept)
    }

    @Test func `reasons come with the weightiest first`() {
        let verdict = VerdictPolicy(settings: FilteringSettings()).verdict([result(points(10)), result(points(45)), result(points(-1))])
        #expect(verdict.reasons.map(\.weight) == [points(45), points(10)])
    }

    @Test func `a judgement keeps its findings when it is packed and read again`() {
        let policy = VerdictPolicy(settings: FilteringSettings())
        var finding = result(points(15))
        finding.duration = .microseconds(1234)
        let judgement = policy.judgement([finding, result(.allow, .undecided)], PolicyVerdict(.quarantine))
        #expect(MessageJudgement.findings(packed: judgement.packedFindings) == judgement.findings)
        #expect(judgement.findings.first?.microseconds == 1234)
    }

    @Test func `findings with hostile texts stay one line each and within their bound`() {
        let text = LocalizedText("a\tb\nc" + String(repeating: "x", count: 500), ja: "\t\n")
        let many = (0..<60).map { _ in
            CheckResult(check: "test", outcome: .found, weight: .reject, text: text, isExcusable: true)
        }
        let judgement = VerdictPolicy(settings: FilteringSettings()).judgement(many, PolicyVerdict(.reject))
        #expect(judgement.packedFindings.count <= MessageJudgement.maximumPackedBytes)
        let read = MessageJudgement.findings(packed: judgement.packedFindings)
        #expect(!read.isEmpty && read.allSatisfy { $0.text.english.hasPrefix("a b c") && $0.text.japanese == "  " })
    }
}
