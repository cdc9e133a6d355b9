import Administration
import Hummingbird
import Quarantine
import Settings

/// Runs of digests, and a button for one now.
struct DigestsController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("digests") { request in
            let runs = try await services.administration.digestRuns(request.caller)
            let view = DigestsView(runs: runs.map { DigestsView.Row($0, request.language) }, hasRuns: !runs.isEmpty)
            return services.renderer.page(
                .digests, view, title: DigestPageText.title[request.language], in: .quarantine, visitor: request.visitor)
        }
        routes.form("digests/run") { request, _ in
            try await services.administration.sendDigests(request.caller)
            return .seeOther(SitePath.digests, notice: Notice(.digestsAsked))
        }
    }
}

struct DigestsView: Sendable {
    let runs: [Row]
    let hasRuns: Bool

    struct Row: Sendable {
        let run: String
        let state: Badge
        let changed: String
        let sent: String
        let cause: String?

        init(_ run: DigestRun, _ language: Language) {
            self.run = run.key.hasPrefix("manual-") ? DigestPageText.manual[language] : run.key
            state = DigestPageText.badge(run.state, language)
            changed = ShownValue.time(run.changedAt)
            sent = ShownValue.number(run.sent)
            cause = run.cause.nonEmpty
        }
    }
}
