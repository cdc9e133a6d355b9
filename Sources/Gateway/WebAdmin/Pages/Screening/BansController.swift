import Administration
import Cluster
import Hummingbird
import Screening
import Settings

/// Bans: search, add, lift; and the sign-ins that were refused.
struct BansController: Sendable {
    let services: SiteServices

    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("bans") { request in
            try await show(BansForm(request.query), NewBanForm(), .none(request.language), request)
        }
        routes.form("bans") { request, values in try await add(values, request) }
        routes.form("bans/lift") { request, values in try await lift(values, request) }
        routes.page("bans/sign-ins") { request in try await showSignIns(SignInRefusalsForm(request.query), request) }
    }

    private func add(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let form = NewBanForm(values)
        do throws(AdministrationError) {
            _ = try await services.administration.addBan(try form.input(), request.caller)
            return .seeOther(SitePath.bans, notice: Notice(.banAdded))
        } catch {
            return try await show(BansForm(.empty), form, FormProblems(try error.formProblems(), request.language), request)
        }
    }

    private func lift(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let entries = values.all("entry").compactMap { RecordIdentifier($0) }
        guard !entries.isEmpty else {
            let problem = FieldProblem(field: nil, message: BansText.nothingSelected.text)
            return try await show(BansForm(.empty), NewBanForm(), FormProblems([problem], request.language), request)
        }
        let count = try await services.administration.liftBans(entries, request.caller)
        return .seeOther(SitePath.bans, notice: Notice(.bansLifted, count: count))
    }

    private func show(
        _ form: BansForm, _ typed: NewBanForm, _ problems: FormProblems, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let found = try await services.administration.bans(
            form.filter, after: form.cursor, limit: Self.pageSize + 1, request.caller)
        let names = try await nodeNames(request)
        let view = BansView(
            form, found, typed.fields(problems, request.language), isOn: services.administration.isScreening, names: names, problems,
            request.language)
        return services.renderer.page(
            .bans, view, title: BansText.title[request.language], in: .bans, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private func showSignIns(
        _ form: SignInRefusalsForm, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let found = try await services.administration.signInRefusals(
            form.filter, after: form.cursor, limit: Self.pageSize + 1, request.caller)
        let view = SignInRefusalsView(form, found, names: try await nodeNames(request), request.language)
        return services.renderer.page(
            .signInRefusals, view, title: BansText.signInsTitle[request.language], in: .bans, visitor: request.visitor)
    }

    private func nodeNames(_ request: AdministratorRequest) async throws(AdministrationError) -> [NodeID: String] {
        Dictionary(
            try await services.administration.clusterNodes(request.caller).map { ($0.node, $0.name) },
            uniquingKeysWith: { first, _ in first })
    }
}
