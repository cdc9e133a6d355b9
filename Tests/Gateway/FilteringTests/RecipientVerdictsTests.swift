import Filtering
import MessageLog
import Settings
import Testing

/// One message for domains that judge differently.
@Suite struct RecipientVerdictsTests {
    private func result(_ weight: CheckResult.Weight, isExcusable: Bool = true) -> CheckResult {
        CheckResult(check: "test", outcome: .found, weight: weight, text: LocalizedText("found", ja: "発見"), isExcusable: isExcusable)
    }

    private func points(_ tenths: Int) -> CheckResult { result(.score(FilterScore(tenths: tenths))) }

    private static let strict = ScoringException.own(quarantine: FilterScore(tenths: 10), reject: FilterScore(tenths: 20))
    private static let mild = ScoringException.own(quarantine: FilterScore(tenths: 500), reject: FilterScore(tenths: 900))

    private func verdicts(
        _ exceptions: [ScoringException?], _ results: [CheckResult], _ change: (inout FilteringSettings) -> Void = { _ in }
    ) -> RecipientVerdicts {
        var settings = FilteringSettings()
        change(&settings)
        return RecipientVerdicts(
            exceptions.enumerated().map { index, exception in
                RecipientVerdicts.Share(
                    policy: VerdictPolicy(settings: settings, exception: exception), recipients: [index], domains: ["d\(index).example"])
            }, results)
    }

    @Test(arguments: [
        (ScoringException?.none, 60, PolicyVerdict.Decision.quarantine), (strict, 15, .quarantine), (strict, 20, .reject),
        (mild, 200, .accept),
        (.unscored, 999, .accept), (.record, 999, .accept), (nil, 120, .reject), (strict, 9, .accept),
    ])
    func `each domain judges by its own rule`(exception: ScoringException?, tenths: Int, decision: PolicyVerdict.Decision) {
        let one = verdicts([exception], [points(tenths)])
        #expect(one.verdict.decision == decision && one.kept == nil && one.finding == nil)
    }

    @Test func `a domain that is left out still heeds demands, one that only records heeds nothing`() {
        #expect(verdicts([.unscored], [result(.reject)]).verdict.decision == .reject)
        #expect(verdicts([.unscored], [result(.quarantine, isExcusable: false)]).verdict.decision == .quarantine)
        let recording = verdicts([.record], [result(.reject)])
        #expect(recording.verdict.decision == .accept && recording.recorded.decision == .reject && recording.isRecordedOnly)
    }

    @Test func `what all refuse is refused`() {
        let all = verdicts([Self.strict, nil], [points(130)])
        #expect(all.verdict.decision == .reject && all.kept == nil)
    }

    @Test func `what some refuse and others take is taken, and kept back for those who refuse it`() {
        let mixed = verdicts([Self.strict, .unscored, nil], [points(30)])
        #expect(mixed.verdict.decision == .quarantine && mixed.kept == [0] && mixed.keepsRefused)
        #expect(mixed.verdict.reasons == [points(30)])
        #expect(mixed.finding?.text.english == "d0.example: refuse; d1.example: accept; d2.example: accept.")
        #expect(mixed.recorded.decision == .quarantine && !mixed.isRecordedOnly)
    }

    @Test func `what some keep back and others take is kept back for the first alone`() {
        let mixed = verdicts([.record, nil, Self.mild], [points(60)])
        #expect(mixed.verdict.decision == .quarantine && mixed.kept == [1] && !mixed.keepsRefused)
        #expect(mixed.finding?.text.english.hasPrefix("d0.example: quarantine (recorded only); d1.example: quarantine;") == true)
    }

    @Test func `what some refuse and all others keep back is kept back for everybody`() {
        let mixed = verdicts([Self.strict, nil], [points(60)])
        #expect(mixed.verdict.decision == .quarantine && mixed.kept == nil && mixed.keepsRefused)
    }

    @Test func `what one domain puts off comes again for all`() {
        let mixed = verdicts([nil, .record], [result(.tryAgainLater)])
        #expect(mixed.verdict.decision == .tryAgainLater && mixed.kept == nil)
    }

    @Test func `a subject is tagged only if every domain would have it`() {
        let tagged: (inout FilteringSettings) -> Void = { $0.tagsSubject = true }
        #expect(verdicts([nil], [points(40)], tagged).verdict.decision == .tagSubject)
        #expect(verdicts([nil, Self.mild], [points(40)], tagged).verdict.decision == .tagSubject)
        #expect(verdicts([nil, .unscored], [points(40)], tagged).verdict.decision == .accept)
    }

    @Test func `what is delivered is not recorded as refused because one of the domains only records`() {
        let mixed = verdicts([.record, .unscored], [points(200)])
        #expect(mixed.verdict.decision == .accept && mixed.recorded.decision == .accept && !mixed.isRecordedOnly)
        #expect(mixed.finding?.text.english == "d0.example: refuse (recorded only); d1.example: accept.")
    }

    @Test func `in record mode nothing follows for anybody`() {
        let recorded = verdicts([Self.strict, nil], [points(60)]) { $0.mode = .record }
        #expect(recorded.verdict.decision == .accept && recorded.recorded.decision == .reject && recorded.isRecordedOnly)
    }

    @Test func `the judgement has each domain's verdict among its findings`() {
        let results = [points(30)]
        let judgement = VerdictPolicy.judgement(results, verdicts([Self.strict, nil], results), FilteringSettings())
        #expect(judgement.verdict == .quarantine && judgement.score == FilterScore(tenths: 30))
        #expect(judgement.findings.map(\.check) == ["test", "domain-exceptions"])
        #expect(FilterChecks.title(of: "domain-exceptions") == RecipientVerdicts.title)
    }
}
