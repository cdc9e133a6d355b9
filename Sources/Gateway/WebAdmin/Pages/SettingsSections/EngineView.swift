import OutsideEngines
import Settings

/// An engine's health on this node, on the page of its settings.
struct EngineView: Sendable {
    let title: String
    let help: String
    let tryPath: String
    let badge: Badge
    let cause: String?
    let since: String?
    let version: String?
    let answered: String
    let failed: String
    /// Just tried, and it answers.
    var good: String?
    /// Just tried, and it does not.
    var bad: String?

    init(_ standing: EngineStanding, nodeName: String, _ language: Language) {
        title = EngineText.title.filled(language, nodeName)
        help = EngineText.tryHelp.filled(language, standing.server)
        tryPath = "\(SitePath.settings)/\(standing.engine.name)/try"
        badge = EngineText.badge(standing, language)
        version = standing.version.nonEmpty
        answered = ShownValue.number(standing.answered)
        failed = ShownValue.number(standing.failed)
        switch standing.health {
        case .unknown: (since, cause) = (nil, nil)
        case .working(let time): (since, cause) = (ShownValue.timeWithZone(time), nil)
        case .failing(let time, let failure), .paused(let time, let failure):
            (since, cause) = (ShownValue.timeWithZone(time), failure.text[language])
        }
    }

    mutating func show(_ trial: EngineTrial, _ language: Language) {
        switch trial.result {
        case .success(let version):
            good = EngineText.answers.filled(language, trial.server, Int(trial.duration / .milliseconds(1)), version)
        case .failure(let failure): bad = "\(trial.server): \(failure.text[language])"
        }
    }
}
