import Administration
import Hummingbird
import MessageLog
import Settings

/// Runs of maintenance, and a button for one now.
struct MaintenanceController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("maintenance") { request in
            let runs = try await services.administration.maintenanceRuns(request.caller)
            let reach = try await services.administration.textIndexReach(request.caller)
            let view = MaintenanceView(
                runs: runs.map { MaintenanceView.Row($0, request.language) }, hasRuns: !runs.isEmpty,
                index: MaintenanceView.index(reach, request.language))
            return services.renderer.page(
                .maintenance, view, title: MaintenanceText.title[request.language], in: .maintenance, visitor: request.visitor)
        }
        routes.form("maintenance/run") { request, _ in
            try await services.administration.runMaintenance(request.caller)
            return .seeOther(SitePath.maintenance, notice: Notice(.maintenanceStarted))
        }
    }
}

struct MaintenanceView: Sendable {
    let runs: [Row]
    let hasRuns: Bool
    /// How far the text index reaches, a sentence or two.
    let index: String

    static func index(_ reach: TextIndexReach, _ language: Language) -> String {
        guard let until = reach.until else { return MaintenanceText.indexedNothing[language] }
        let sentence = MaintenanceText.indexedUntil.filled(language, ShownValue.time(until))
        guard reach.lateMessages > 0 else { return sentence }
        return sentence + " " + MaintenanceText.indexedLate.filled(language, ShownValue.number(reach.lateMessages))
    }

    struct Row: Sendable {
        let run: String
        let state: Badge
        let changed: String
        let messages: String
        let figures: String
        let audit: String
        let cause: String?

        init(_ run: MaintenanceRun, _ language: Language) {
            self.run = run.key.hasPrefix("manual-") ? MaintenanceText.manual[language] : run.key
            state = MaintenanceText.badge(run.state, language)
            changed = ShownValue.time(run.changedAt)
            messages = ShownValue.number(run.removedMessages)
            figures = ShownValue.number(run.removedFigures)
            audit = ShownValue.number(run.removedAuditEntries)
            cause = run.cause.nonEmpty
        }
    }
}
