import OutsideEngines
import ScannerProtocols
package import Settings

/// What SpamAssassin thinks of the message.
package struct SpamAssassinCheck: MessageCheck {
    package static let name = "spamassassin"
    package static let title = SpamAssassinSettings.title

    private let scanner: any EngineScanner

    package init(_ environment: CheckEnvironment) { scanner = environment.engines }

    package var phases: Set<FilterPhase> { [.message] }
    package var mayWait: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { subject.settings.spamAssassin.connection.isEnabled }

    package func timeLimit(_ subject: FilterSubject) -> Duration { EngineQuestion.timeLimit(.spamAssassin, subject) }

    package func overrun(_ subject: FilterSubject) -> CheckResult { question.absent(.timedOut, subject) }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        let settings = subject.settings.spamAssassin
        switch await question.ask(subject) {
        case .clean, .virus: return [.nothing(self)]
        case .opinion(let opinion):
            let weighing = EngineWeighing(settings.percent, settings.highestScore, settings.countsNegative)
            return [.found(self, .score(weighing.score(opinion.score)), EngineWeighing.text(opinion))]
        case .tooLarge: return [question.tooLarge(subject)]
        case .failed(let failure): return [question.absent(failure, subject)]
        }
    }

    private var question: EngineQuestion { EngineQuestion(engine: .spamAssassin, check: self, scanner: scanner) }
}

/// What Rspamd thinks of the message.
package struct RspamdCheck: MessageCheck {
    package static let name = "rspamd"
    package static let title = RspamdSettings.title

    private let scanner: any EngineScanner

    package init(_ environment: CheckEnvironment) { scanner = environment.engines }

    package var phases: Set<FilterPhase> { [.message] }
    package var mayWait: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { subject.settings.rspamd.connection.isEnabled }

    package func timeLimit(_ subject: FilterSubject) -> Duration { EngineQuestion.timeLimit(.rspamd, subject) }

    package func overrun(_ subject: FilterSubject) -> CheckResult { question.absent(.timedOut, subject) }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        switch await question.ask(subject) {
        case .clean, .virus: return [.nothing(self)]
        case .opinion(let opinion): return [.found(self, weight(opinion, subject.settings.rspamd), EngineWeighing.text(opinion))]
        case .tooLarge: return [question.tooLarge(subject)]
        case .failed(let failure): return [question.absent(failure, subject)]
        }
    }

    private func weight(_ opinion: ScannerOpinion, _ settings: RspamdSettings) -> CheckResult.Weight {
        if settings.heedsActions {
            switch opinion.action {
            case "reject": return .reject
            case "soft reject", "greylist": return .tryAgainLater
            default: break
            }
        }
        return .score(EngineWeighing(settings.percent, settings.highestScore, settings.countsNegative).score(opinion.score))
    }

    private var question: EngineQuestion { EngineQuestion(engine: .rspamd, check: self, scanner: scanner) }
}

/// An engine's score on this gateway's scale, and its words.
struct EngineWeighing: Sendable {
    let percent: Int
    let highest: FilterScore
    let countsNegative: Bool

    init(_ percent: Int, _ highest: FilterScore, _ countsNegative: Bool) {
        self.percent = percent
        self.highest = highest
        self.countsNegative = countsNegative
    }

    /// - Parameter score: finite.
    func score(_ score: Double) -> FilterScore {
        let largest = Double(FilterScore.largest.tenths)
        let weighed = min(max((score * Double(percent) / 10).rounded(), -largest), largest)
        let tenths = FilterScore(tenths: Int(weighed))
        return min(countsNegative ? tenths : max(.zero, tenths), highest)
    }

    /// The engine's own figures and what led to them, as much of it as a finding has room for.
    static func text(_ opinion: ScannerOpinion) -> LocalizedText {
        let names = opinion.symbols.map { symbol in
            symbol.score.map { "\(symbol.name) \(shown($0))" } ?? symbol.name
        }.joined(separator: ", ")
        let action = opinion.action.map { " (\($0))" } ?? ""
        let figures = "\(shown(opinion.score)) / \(shown(opinion.required))\(action)"
        let list = names.isEmpty ? "" : ": \(names)"
        return LocalizedText("Score \(figures)\(list)", ja: "スコア \(figures)\(list)")
    }

    /// With one decimal place.
    private static func shown(_ score: Double) -> String {
        let tenths = Int(min(max((score * 10).rounded(), -1e9), 1e9))
        return FilterScore(tenths: tenths).description
    }
}
