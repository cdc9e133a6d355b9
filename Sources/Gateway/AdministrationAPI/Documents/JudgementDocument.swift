import MessageLog
import Settings

/// How a message was judged.
package struct JudgementDocument: Codable, Sendable {
    package let verdict: String
    /// Written down and not acted upon.
    package let isRecordedOnly: Bool
    /// With one decimal place.
    package let score: String
    package let findings: [FindingDocument]

    package struct FindingDocument: Codable, Sendable {
        package let check: String
        package let outcome: String
        package let weight: String
        package let score: String
        package let microseconds: Int
        package let text: LocalizedDocument
    }

    init(_ judgement: MessageJudgement) {
        verdict = judgement.verdict.rawValue
        isRecordedOnly = judgement.isRecordedOnly
        score = judgement.score.description
        findings = judgement.findings.map {
            FindingDocument(
                check: $0.check, outcome: $0.outcome.rawValue, weight: $0.weight.rawValue, score: $0.score.description,
                microseconds: $0.microseconds, text: LocalizedDocument($0.text))
        }
    }
}
