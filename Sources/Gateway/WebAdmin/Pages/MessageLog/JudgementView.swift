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
        findings = Self.rows(judgement.findings, language)
        hasFindings = !findings.isEmpty
    }

    /// What found nothing has no words to tell it apart: such results of one check, as of several lists, are one row with their number
    /// and the longest time.
    private static func rows(_ findings: [MessageJudgement.Finding], _ language: Language) -> [Row] {
        func key(_ finding: MessageJudgement.Finding) -> String { "\(finding.check) \(finding.outcome)" }
        var wordless = Dictionary(grouping: findings.filter { $0.text[language].isEmpty }, by: key)
        return findings.compactMap { finding in
            guard finding.text[language].isEmpty else { return row(finding, count: 1, finding.microseconds, language) }
            guard let alike = wordless.removeValue(forKey: key(finding)) else { return nil }
            return row(finding, count: alike.count, alike.map(\.microseconds).max() ?? finding.microseconds, language)
        }
    }

    private static func row(_ finding: MessageJudgement.Finding, count: Int, _ microseconds: Int, _ language: Language) -> Row {
        let title = FilterChecks.title(of: finding.check)?[language] ?? finding.check
        let tenths = microseconds / 100
        return Row(
            check: count == 1 ? title : "\(title) (\(count))", outcome: finding.badge(language), text: finding.text[language].nonEmpty,
            time: JudgementText.milliseconds.filled(language, "\(tenths / 10).\(tenths % 10)"))
    }
}
