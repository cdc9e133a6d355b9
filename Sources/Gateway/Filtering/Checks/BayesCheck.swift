import BayesianLearning
import Mail
package import Settings

/// How likely the message is spam by what has been learned. The snapshot in memory is asked and nothing else; without one, or with one of
/// too few samples, nothing is found and the message is not looked into for it.
package struct BayesCheck: MessageCheck {
    package static let name = "bayes"
    package static let title = LocalizedText("Bayesian classifier", ja: "ベイズ分類")

    private let current: CurrentBayesSnapshot

    /// Named in the finding of a message that is suspected.
    private static let namedTokens = 4
    /// Of each; a finding has room for one line.
    private static let namedTokenBytes = 30

    package init(_ environment: CheckEnvironment) { current = environment.bayes }

    package var phases: Set<FilterPhase> { [.message] }
    package var needsContent: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        let settings = subject.settings.bayes
        return settings.isEnabled && usable(settings) != nil
    }

    private func usable(_ settings: BayesSettings) -> BayesSnapshot? {
        guard let snapshot = current.snapshot, min(snapshot.model.hamSamples, snapshot.model.spamSamples) >= settings.minimumSamples else {
            return nil
        }
        return snapshot
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        // Another one may have come, or gone, since it was asked whether this is wanted.
        guard let snapshot = usable(subject.settings.bayes) else { return [] }
        guard let structure = subject.message?.structure else {
            return [.undecided(self, LocalizedText("The message is too large or could not be read.", ja: "メッセージが大きすぎるか、読み取れませんでした。"))]
        }
        return [await judge(structure, by: snapshot, subject.settings.bayes)]
    }

    /// Work in proportion to the message, within the tokenizer's bounds: not on the session's event loop.
    @concurrent
    private func judge(_ structure: MIMEStructure, by snapshot: BayesSnapshot, _ settings: BayesSettings) async -> CheckResult {
        let tokenizer = MessageTokenizer()
        let score = snapshot.model.score(tokenizer.tokens(of: structure))
        let points = settings.score(of: score.probability)
        let percent = FilterScore(tenths: Int(score.probability * 1000))
        var result = CheckResult.found(
            self, .score(points), LocalizedText("Spam probability \(percent) %.", ja: "スパムの確率は \(percent) % です。"))
        // Reading the words costs several times the judging, and who asks why asks it of suspected mail.
        guard points > .zero else { return result }
        let explanation = snapshot.model.explanation(of: tokenizer.tokens(of: structure, keepsText: true), count: Self.namedTokens)
        let words = explanation.evidence.filter { $0.push > 0 }.compactMap { $0.text.map(Self.shown) }.joined(separator: ", ")
        if !words.isEmpty { result.detail = LocalizedText(" Strongest: \(words).", ja: "主な特徴: \(words)") }
        return result
    }

    private static func shown(_ token: String) -> String {
        var shown = ""
        for character in token where shown.utf8.count + character.utf8.count <= namedTokenBytes { shown.append(character) }
        return "“\(shown)”"
    }
}
