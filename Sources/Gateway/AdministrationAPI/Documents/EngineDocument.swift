import OutsideEngines
import Settings

/// An outside engine as this node sees it.
package struct EngineDocument: Codable, Sendable {
    /// `clamav`, `spamassassin`, `rspamd`.
    package let engine: String
    package let isEnabled: Bool
    package let server: String
    /// `unknown`, `working`, `failing`, `paused`.
    package let health: String
    /// Since when it works, or does not.
    package let since: String?
    /// Why it does not.
    package let cause: LocalizedDocument?
    /// As it called itself last; empty where it does not say.
    package let version: String
    /// Messages since the node's start.
    package let answered: Int
    package let failed: Int

    init(_ standing: EngineStanding) {
        engine = standing.engine.name
        isEnabled = standing.isEnabled
        server = standing.server.description
        version = standing.version
        answered = standing.answered
        failed = standing.failed
        switch standing.health {
        case .unknown: (health, since, cause) = ("unknown", nil, nil)
        case .working(let time): (health, since, cause) = ("working", TimeText.text(time), nil)
        case .failing(let time, let failure): (health, since, cause) = ("failing", TimeText.text(time), LocalizedDocument(failure.text))
        case .paused(let time, let failure): (health, since, cause) = ("paused", TimeText.text(time), LocalizedDocument(failure.text))
        }
    }
}

/// What trying the connection to an engine found.
package struct EngineTrialDocument: Codable, Sendable {
    package let engine: String
    package let server: String
    package let isAnswering: Bool
    /// What it calls itself; empty when it does not answer.
    package let version: String
    /// Why it does not answer.
    package let cause: LocalizedDocument?
    package let milliseconds: Int

    init(_ trial: EngineTrial) {
        engine = trial.engine.name
        server = trial.server.description
        milliseconds = Int(trial.duration / .milliseconds(1))
        switch trial.result {
        case .success(let text): (isAnswering, version, cause) = (true, text, nil)
        case .failure(let failure): (isAnswering, version, cause) = (false, "", LocalizedDocument(failure.text))
        }
    }
}
