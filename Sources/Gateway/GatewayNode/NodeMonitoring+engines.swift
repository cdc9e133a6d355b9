import Administration
import OutsideEngines
import Settings

extension NodeMonitoring {
    /// One part for each engine that is enabled. An engine that is away hinders mail only as far as its settings want it to, so it does
    /// not make the node unhealthy.
    func engines() -> [NodeHealth.Part] {
        let settings = parts.settings.snapshot.settings
        return parts.engines.standings(settings).filter(\.isEnabled).map { standing in
            let name = "engine-\(standing.engine.name)"
            let title = standing.engine.title
            switch standing.health {
            case .unknown:
                return .working(name, title, LocalizedText("\(standing.server), not asked yet", ja: "\(standing.server)（まだ確認していません）"))
            case .working:
                let version = standing.version.isEmpty ? "\(standing.server)" : "\(standing.server), \(standing.version)"
                return .working(name, title, LocalizedText(version, ja: version))
            case .failing(_, let failure), .paused(_, let failure):
                let absence = standing.engine.connection(settings).whenAway.title
                return .warning(
                    name, title,
                    LocalizedText(
                        "\(standing.server) does not answer: \(failure.text.english). Until it does: \(absence.english).",
                        ja: "\(standing.server) で検査できません: \(failure.text.japanese)。回復するまでのメッセージの扱い: \(absence.japanese)"))
            }
        }
    }
}
