import Administration
import Hummingbird
import Settings

/// The audit log: who changed what, and when.
struct AuditController: Sendable {
    let services: SiteServices

    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("audit") { request in try await list(request) }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let text = request.query.trimmed("text")
        let cursor = Self.cursor(request.query.trimmed("before"))
        let found = try await services.administration.auditLog(
            containing: text, before: cursor, limit: Self.pageSize + 1, request.caller)
        let shown = found.prefix(Self.pageSize)
        let link = PageLink(SitePath.audit).with("text", text)
        let next = found.count > Self.pageSize ? shown.last : nil
        let view = AuditView(
            text: text, isSearch: !text.isEmpty, notFound: AuditText.emptySearch.filled(language, text),
            rows: shown.map { AuditView.Row($0, language) }, hasRows: !shown.isEmpty,
            pager: PagerView(
                next: next.map { link.with("before", "\($0.time.milliseconds).\($0.identifier)").text },
                first: cursor == nil ? nil : link.text, isTimeOrdered: true))
        return services.renderer.page(.audit, view, title: AuditText.title[language], in: .audit, visitor: request.visitor)
    }

    private static func cursor(_ text: String) -> AuditCursor? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let identifier = RecordIdentifier(parts[1]) else { return nil }
        return AuditCursor(time: UTCTime(milliseconds: milliseconds), identifier: identifier)
    }
}

struct AuditView: Sendable {
    let text: String
    let isSearch: Bool
    let notFound: String
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView

    struct Row: Sendable {
        let time: String
        let actor: String
        let action: String
        let target: String
        let detail: String?

        init(_ record: AuditRecord, _ language: Language) {
            time = ShownValue.time(record.time)
            actor = Self.actor(record.actor, language)
            action = record.action
            target = record.target
            detail = record.detail.nonEmpty
        }

        /// As `AuditActor` writes it: `administrator:NAME`, `command:uid=N`, `api-key:NAME`, `node`.
        static func actor(_ text: String, _ language: Language) -> String {
            if text.hasPrefix("administrator:") {
                return AuditText.byAdministrator.filled(language, String(text.dropFirst("administrator:".count)))
            }
            if text.hasPrefix("command:uid=") { return AuditText.byCommand.filled(language, String(text.dropFirst("command:uid=".count))) }
            if text.hasPrefix("api-key:") { return AuditText.byAPIKey.filled(language, String(text.dropFirst("api-key:".count))) }
            return text == "node" ? AuditText.byNode[language] : text
        }
    }
}
