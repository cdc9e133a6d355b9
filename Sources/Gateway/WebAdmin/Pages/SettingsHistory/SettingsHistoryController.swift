import Administration
import Hummingbird
import Settings

/// The settings' history: its list, the difference of two revisions, and the return to one.
struct SettingsHistoryController: Sendable {
    let services: SiteServices

    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("settings-history") { request in try await list(request) }
        routes.page("settings-history/compare") { request in try await compare(request) }
        routes.page("settings-history/return") { request in
            guard let revision = Self.revision(request.query, "to") else { throw PageError.notFound }
            return try await confirm(revision, nil, request)
        }
        routes.form("settings-history/return") { request, values in try await putBack(values, request) }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let form = SettingsHistoryFilterForm(request.query)
        let cursor = Self.cursor(request.query.trimmed("before"))
        let found = try await services.administration.settingsHistory(
            form.filter, before: cursor, limit: Self.pageSize + 1, request.caller)
        let shown = Array(found.prefix(Self.pageSize))
        let next = found.count > Self.pageSize ? shown.last : nil
        let link = form.link(PageLink(SitePath.settingsHistory))
        let pager = PagerView(
            next: next.map { link.with("before", "\($0.revision).\($0.identifier)").text },
            first: cursor == nil ? nil : link.text, isTimeOrdered: true)
        let words = SettingsChangeWords(try await services.administration.settingsInForce(request.caller), request.language)
        let view = SettingsHistoryView(shown, form: form, pager: pager, words)
        return services.renderer.page(
            .settingsHistory, view, title: SettingsHistoryText.title[request.language], in: .settings, visitor: request.visitor)
    }

    private func compare(_ request: AdministratorRequest) async throws -> Response {
        guard let from = Self.revision(request.query, "from") else { throw PageError.notFound }
        let difference = try await services.administration.settingsDifference(
            from: from, to: Self.revision(request.query, "to"), request.caller)
        let words = SettingsChangeWords(try await services.administration.settingsInForce(request.caller), request.language)
        let view = SettingsDifferenceView(difference, words)
        return services.renderer.page(.settingsDifference, view, title: view.title, in: .settings, visitor: request.visitor)
    }

    private func confirm(
        _ revision: SettingsRevision, _ problem: LocalizedText?, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let plan = try await services.administration.settingsReturn(to: revision, request.caller)
        let words = SettingsChangeWords(try await services.administration.settingsInForce(request.caller), request.language)
        let view = SettingsDifferenceView(plan, problem: problem, words)
        return services.renderer.page(
            .settingsDifference, view, title: view.title, in: .settings, visitor: request.visitor,
            status: problem == nil ? .ok : .conflict)
    }

    private func putBack(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        guard let revision = Self.revision(values, "to"), let basedOn = Self.revision(values, "revision") else {
            throw PageError.malformedForm
        }
        do throws(AdministrationError) {
            let (_, done) = try await services.administration.returnSettings(to: revision, basedOn: basedOn, request.caller)
            return .seeOther(SitePath.settingsHistory, notice: Notice(.settingsReturned, count: done.returned.count))
        } catch {
            guard case .conflict(let message) = error else { throw error }
            return try await confirm(revision, message, request)
        }
    }

    private static func revision(_ values: FormValues, _ name: String) -> SettingsRevision? {
        Int64(values.trimmed(name)).map { SettingsRevision($0) }
    }

    private static func cursor(_ text: String) -> SettingsHistoryCursor? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let revision = Int64(parts[0]), let identifier = RecordIdentifier(parts[1]) else { return nil }
        return SettingsHistoryCursor(revision: SettingsRevision(revision), identifier: identifier)
    }
}

/// The conditions of the list as the query gives them; what cannot be read is no condition.
struct SettingsHistoryFilterForm: Sendable {
    let scope: String
    let section: String
    let actor: String
    let since: String
    let until: String

    init(_ query: FormValues) {
        scope = query.trimmed("scope")
        section = query.trimmed("section")
        actor = query.trimmed("actor")
        since = query.trimmed("since")
        until = query.trimmed("until")
    }

    var isSearch: Bool { ![scope, section, actor, since, until].allSatisfy(\.isEmpty) }

    var filter: SettingsHistoryFilter {
        var filter = SettingsHistoryFilter()
        filter.kind = SettingsHistoryFilter.Kind(rawValue: scope)
        filter.section = section.nonEmpty
        filter.actor = actor
        filter.since = CalendarDay(since)?.start
        filter.until = CalendarDay(until)?.end
        return filter
    }

    func link(_ link: PageLink) -> PageLink {
        link.with("scope", scope).with("section", section).with("actor", actor).with("since", since).with("until", until)
    }
}
