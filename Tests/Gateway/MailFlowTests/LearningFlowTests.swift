import BayesianLearning
import DomainsAndUsers
import Foundation
import GatewayTestKit
import Logging
import Mail
import MessageLog
import Reception
import SMTP
import SampleLearning
import Settings
import SharedFolders
import Testing

@testable import MailFlow

/// Mail that is taught instead of delivered, and what is taught by itself.
struct LearningFlowTests {
    private static func settings() throws -> BayesSettings {
        var settings = BayesSettings()
        settings.spamAddress = try EmailAddress("Spam@example.com").lookupKey
        settings.hamAddress = try EmailAddress("ham@example.com").lookupKey
        return settings
    }

    @Test func `a training address is for people of the site and is written to alone`() throws {
        let settings = try Self.settings()
        let (spam, other) = (try EmailAddress("spam@EXAMPLE.com"), try EmailAddress("you@example.com"))
        func code(_ address: EmailAddress, after accepted: [EmailAddress], isTrusted: Bool = true) -> Int? {
            switch FlowLearning.answer(to: address, after: accepted, settings, isTrusted: isTrusted) {
            case nil: nil
            case .accept?, .acceptAlias?: 250
            case .refuse(let reply)?, .disconnect(let reply)?: reply.code
            }
        }
        #expect(code(spam, after: []) == 250)
        #expect(code(spam, after: [], isTrusted: false) == 550)
        #expect(code(spam, after: [other]) == 452 && code(other, after: [spam]) == 452)
        #expect(code(other, after: []) == nil && code(other, after: [other]) == nil)
        #expect(FlowLearning.kind(of: spam, settings) == .spam)
        #expect(FlowLearning.kind(of: try EmailAddress("ham@example.com"), settings) == .ham)
        #expect(FlowLearning.kind(of: spam, BayesSettings()) == nil)
    }

    private static func judgement(
        _ findings: [(String, MessageJudgement.Weight, Int)], _ verdict: MessageJudgement.Verdict = .accept
    ) -> MessageJudgement {
        MessageJudgement(
            verdict: verdict, isRecordedOnly: false, score: .zero,
            findings: findings.map {
                MessageJudgement.Finding(
                    check: $0.0, outcome: .found, weight: $0.1, score: FilterScore(tenths: $0.2), microseconds: 0,
                    text: LocalizedText("", ja: ""))
            })
    }

    @Test(
        arguments: [
            ([("spf", MessageJudgement.Weight.score, 120)], SampleKind.spam), ([("spf", .score, 119)], nil),
            ([("spf", .score, 100), ("bayes", .score, 50)], nil), ([("size", .score, -10)], .ham), ([("bayes", .score, -10)], nil),
            ([("access-lists", .allow, 0), ("spf", .score, 120)], .ham), ([], nil),
        ] as [([(String, MessageJudgement.Weight, Int)], SampleKind?)])
    func `only the other checks teach, never the classifier itself`(
        findings: [(String, MessageJudgement.Weight, Int)], kind: SampleKind?
    ) {
        #expect(AutomaticLearning.kind(Self.judgement(findings), BayesSettings()) == kind)
    }

    @Test(
        arguments: [
            ([("virus", MessageJudgement.Weight.reject, 0), ("size", .score, -10)], .reject, nil),
            ([("virus", .reject, 0), ("size", .score, -10)], .accept, nil),
            ([("content-rules", .quarantine, 0), ("access-lists", .allow, 0)], .quarantine, nil),
            ([("greylisting", .tryAgainLater, 0), ("access-lists", .allow, 0)], .accept, nil),
            ([("size", .score, -10)], .tag, nil), ([("size", .score, -10)], .quarantine, nil),
            ([("size", .score, -10)], .tryAgainLater, nil),
            ([("spf", .score, 200)], .tryAgainLater, nil), ([("spf", .score, 200)], .reject, SampleKind.spam),
            ([("spf", .score, 200)], .quarantine, .spam), ([("virus", .reject, 0), ("spf", .score, 200)], .reject, .spam),
            ([("access-lists", .allow, 0)], .accept, .ham),
        ] as [([(String, MessageJudgement.Weight, Int)], MessageJudgement.Verdict, SampleKind?)])
    func `what is held, refused or put off is never taught as non-spam`(
        findings: [(String, MessageJudgement.Weight, Int)], verdict: MessageJudgement.Verdict, kind: SampleKind?
    ) {
        #expect(AutomaticLearning.kind(Self.judgement(findings, verdict), BayesSettings()) == kind)
    }

    @Test func `neither kind outweighs the other, and a day has its bound`() {
        #expect(AutomaticLearning.isBalanced(.spam, ham: 0, spam: 199) && !AutomaticLearning.isBalanced(.spam, ham: 0, spam: 200))
        #expect(AutomaticLearning.isBalanced(.ham, ham: 399, spam: 100) && !AutomaticLearning.isBalanced(.ham, ham: 400, spam: 100))
        var settings = BayesSettings()
        settings.automaticDaily = 2
        let learning = AutomaticLearning()
        let day = UTCTime(milliseconds: 86_400_000 * 20_000)
        for expected in [true, true, false] {
            #expect(learning.begin(.spam, settings, nil, now: day) == expected)
            if expected { learning.end() }
        }
        #expect(learning.begin(.spam, settings, nil, now: day.advanced(by: .seconds(86_400))))
    }

    @Test func `few are taught at the same time`() {
        let learning = AutomaticLearning()
        let begun = (0..<10).filter { _ in learning.begin(.spam, BayesSettings(), nil) }
        #expect(begun.count == 4)
    }
}
