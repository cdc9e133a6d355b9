import Administration
import BayesianLearning
import SampleLearning
import Settings
import SharedFolders

/// The page of Bayesian learning.
struct LearningView: Sendable {
    let unshared: String?
    /// What was learned before cannot be read.
    let isLost: Bool
    let facts: [Fact]
    let nodes: [NodeRow]
    let runs: [RunRow]
    let hasRuns: Bool
    let settingsPath = "\(SitePath.settings)/bayes"
    let ledgerPath = SitePath.learningLedger

    struct Fact: Sendable {
        let title: String
        let value: String
    }

    struct NodeRow: Sendable {
        let name: String
        let uses: String
        let since: String?
        let problem: String?
    }

    struct RunRow: Sendable {
        let run: String
        let state: Badge
        let step: String?
        let changed: String
        let progress: String
        let learned: String
        let corrected: String
        let forgotten: String
        let setAside: String
        let note: String?
    }

    init(_ status: LearningStatus, _ runs: [LearningRun], _ language: Language) {
        let names = status.unsharedFolders.map { $0.title[language] }.joined(separator: language == .japanese ? "、" : ", ")
        unshared = names.nonEmpty.map { LearningText.unshared.filled(language, $0) }
        isLost = status.isLost
        facts = Self.facts(status, language)
        nodes = status.nodes.map { node in
            NodeRow(
                name: node.name,
                uses: node.generation.map { $0.number?.description ?? LearningText.usesNone[language] } ?? LearningText.notSaid[language],
                since: node.generation.map { ShownValue.time($0.loadedAt) },
                problem: (node.generation?.problem.nonEmpty).map { LearningNote.text(stored: $0)[language] })
        }
        self.runs = runs.map { RunRow($0, language) }
        hasRuns = !runs.isEmpty
    }

    private static func facts(_ status: LearningStatus, _ language: Language) -> [Fact] {
        let judging =
            status.isJudging
            ? LearningText.judgingYes[language]
            : status.settings.isEnabled
                ? LearningText.judgingTooFew.filled(language, status.settings.minimumSamples) : LearningText.judgingOff[language]
        let waiting = LearningText.waitingCounts.filled(language, status.waiting.spam, status.waiting.ham, status.waiting.leaving)
        let published: [(LearningText, String)] =
            status.published.map {
                [
                    (.generation, $0.number.description), (.publishedAt, ShownValue.timeWithZone($0.publishedAt)),
                    (.spam, ShownValue.number($0.spam)), (.ham, ShownValue.number($0.ham)), (.tokens, ShownValue.number($0.features)),
                ]
            } ?? [(.generation, LearningText.noGeneration[language])]
        return (published + [(.judging, judging), (.waiting, waiting)]).map { Fact(title: $0.0[language], value: $0.1) }
    }
}

extension LearningView.RunRow {
    init(_ run: LearningRun, _ language: Language) {
        let figures = run.figures
        self.run = LearningRun.isByHand(run.key) ? LearningText.manual[language] : run.key
        state = run.badge(language)
        step = run.state == .running ? figures.step.title[language] : nil
        changed = ShownValue.time(run.changedAt)
        progress = LearningText.progressCounts.filled(language, ShownValue.number(figures.read), ShownValue.number(figures.files))
        learned = ShownValue.number(figures.learned)
        corrected = ShownValue.number(figures.corrected)
        forgotten = ShownValue.number(figures.unlearned + figures.aged)
        setAside = ShownValue.number(figures.setAside)
        note = run.cause.nonEmpty.map { LearningNote.text(stored: $0)[language] }
    }
}

/// Why a message is as likely spam as it is.
struct ExplanationView: Sendable {
    let title: String
    let path: String
    let facts: [LearningView.Fact]
    let rows: [Row]
    let hasRows: Bool

    struct Row: Sendable {
        let token: String
        let push: String
        let isForSpam: Bool
        let ham: String
        let spam: String
    }

    init(_ found: LearningExplanation, message: RecordIdentifier, subject: String, _ language: Language) {
        title = subject
        path = "\(SitePath.messages)/\(message)"
        let permille = Int(found.explanation.score.probability * 1000)
        let all: [(LearningText, String)] = [
            (.probability, "\(permille / 10).\(permille % 10) %"), (.score, found.points.description),
            (.knownTokens, ShownValue.number(found.explanation.score.knownTokens)), (.generation, found.number.description),
        ]
        facts = all.map { LearningView.Fact(title: $0.0[language], value: $0.1) }
        rows = found.explanation.evidence.compactMap { evidence in
            let hundredths = Int((evidence.push * 100).rounded())
            // What occurs as often in both kinds says nothing.
            guard hundredths != 0 else { return nil }
            let digits = hundredths.magnitude % 100
            return Row(
                token: String((evidence.text ?? "").prefix(80)),
                push: "\(hundredths < 0 ? "−" : "+")\(hundredths.magnitude / 100).\(digits < 10 ? "0" : "")\(digits)",
                isForSpam: evidence.push > 0, ham: ShownValue.number(evidence.ham), spam: ShownValue.number(evidence.spam))
        }
        hasRows = !rows.isEmpty
    }
}
