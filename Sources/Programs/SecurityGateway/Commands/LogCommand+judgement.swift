import AdministrationAPI
import Settings

extension LogCommand {
    /// Verdict, score and what each check found.
    static func judgementText(_ judgement: JudgementDocument, _ session: CommandSession) -> String {
        var list = TextList()
        let recorded = judgement.isRecordedOnly ? session.text(" (recorded only)", "（記録のみ）") : ""
        list.add(session.text("verdict", "判定"), judgement.verdict + recorded)
        list.add(session.text("score", "スコア"), judgement.score)
        var findings = TextTable(
            session.text("CHECK", "検査"), session.text("OUTCOME", "結果"), session.text("WEIGHT", "重み"), session.text("SCORE", "スコア"), "MS",
            session.text("FINDING", "内容"))
        for finding in judgement.findings {
            let isFound = finding.outcome == "found"
            findings.add(
                finding.check, finding.outcome, isFound ? finding.weight : "", isFound ? finding.score : "",
                "\(finding.microseconds / 1000).\(finding.microseconds / 100 % 10)", session.text(finding.text.en, finding.text.ja))
        }
        return list.text + "\n" + findings.text
    }
}
