import Administration
import Hummingbird
import Settings

/// The cluster's history, page by page.
extension ClusterController {
    private static let eventsOnPage = 50

    func events(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let cursor = AuditController.cursor(request.query.trimmed("before"))
        let found = try await services.administration.clusterEvents(before: cursor, limit: Self.eventsOnPage + 1, request.caller)
        let shown = found.prefix(Self.eventsOnPage)
        let next = found.count > Self.eventsOnPage ? shown.last : nil
        let view = ClusterEventsView(
            events: shown.map { ClusterEventRow($0, language) }, hasEvents: !shown.isEmpty,
            pager: PagerView(
                next: next.map { PageLink(SitePath.clusterEvents).with("before", "\($0.time.milliseconds).\($0.identifier)").text },
                first: cursor == nil ? nil : SitePath.clusterEvents, isTimeOrdered: true))
        return services.renderer.page(
            .clusterEvents, view, title: ClusterNodeText.events[language], in: .cluster, visitor: request.visitor)
    }
}

struct ClusterEventsView: Sendable {
    let events: [ClusterEventRow]
    let hasEvents: Bool
    let pager: PagerView
}
