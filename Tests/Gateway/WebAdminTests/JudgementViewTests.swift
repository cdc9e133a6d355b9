import MessageLog
import Settings
import Testing

@testable import WebAdmin

struct JudgementViewTests {
    private static func finding(_ check: String, _ microseconds: Int, _ text: String = "") -> MessageJudgement.Finding {
        MessageJudgement.Finding(
            check: check, outcome: text.isEmpty ? .notFound : .found, weight: .score, score: .zero, microseconds: microseconds,
            text: LocalizedText(text, ja: text))
    }

    @Test func `lists that found nothing are one row with their number, and what was found keeps its own`() {
        let judgement = MessageJudgement(
            verdict: .accept, isRecordedOnly: false, score: .zero,
            findings: [
                Self.finding("hello", 400), Self.finding("dns-block-lists", 300), Self.finding("dns-block-lists", 500, "listed"),
                Self.finding("dns-block-lists", 900),
            ])
        let rows = JudgementView(judgement, .english).findings
        #expect(rows.map(\.check) == ["HELO name", "DNS block lists (2)", "DNS block lists"])
        #expect(rows.map(\.text) == [nil, nil, "listed"])
        #expect(rows.map(\.time) == ["0.4 ms", "0.9 ms", "0.5 ms"])
    }
}
