import Filtering
import MessageLog
import Settings

/// The part of a message's page that tells what the checks found.
struct JudgementView: Sendable {
    let verdict: Badge
    let score: String
    let isRecordedOnly: Bool
    let findings: [Row]
    let hasFindings: Bool

    struct Row: Sendable {
        let check: String
        let outcome: Badge
        let text: String?
        let time: String
    }

    init(_ judgement: MessageJudgement, _ language: Language) {
        verdict = judgement.verdict.badge(language)
        score = judgement.score.description
        isRecordedOnly = judgement.isRecordedOnly
        findings = judgement.findings.map { finding in
            let tenths = finding.microseconds / 100
            return Row(
                check: FilterChecks.title(of: finding.check)?[language] ?? finding.check, outcome: finding.badge(language),
                text: finding.text[language].nonEmpty, time: JudgementText.milliseconds.filled(language, "\(tenths / 10).\(tenths % 10)"))
        }
        hasFindings = !findings.isEmpty
    }
}
