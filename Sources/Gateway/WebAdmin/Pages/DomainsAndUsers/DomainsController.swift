import Administration
import DomainsAndUsers
import Hummingbird
import Mail
import Settings

/// Domains: list, add, edit with mail servers, settings, delete.
struct DomainsController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("domains") { request in try await list(request) }
        routes.page("domains/add") { request in show(.empty, isNew: true, .none(request.language), request) }
        routes.form("domains/add") { request, values in try await add(DomainForm(values), request) }
        routes.page("domains/:name") { request in
            let domain = try await services.administration.domain(request.parameter("name"), request.caller)
            return show(DomainForm(domain), isNew: false, .none(request.language), request)
        }
        routes.form("domains/:name") { request, values in try await change(DomainForm(values), request) }
        routes.page("domains/:name/delete") { request in try await confirmDeletion(request) }
        routes.form("domains/:name/delete") { request, _ in
            try await services.administration.deleteDomain(request.parameter("name"), request.caller)
            return .seeOther(SitePath.domains, notice: Notice(.domainDeleted))
        }
        routes.page("domains/:name/settings") { request in try await settings(request, saving: nil) }
        routes.form("domains/:name/settings") { request, values in try await settings(request, saving: values) }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let domains = try await services.administration.domains(request.caller)
        let view = DomainListView(domains, request.language)
        return services.renderer.page(.domains, view, title: DomainText.title[request.language], in: .domains, visitor: request.visitor)
    }

    private func add(_ form: DomainForm, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        if form.wantsMoreRows { return show(form.withMoreRows, isNew: true, .none(request.language), request) }
        return try await save(form, isNew: true, request) { entry throws(AdministrationError) in
            let domain = try await services.administration.addDomain(entry, request.caller)
            return .seeOther(DomainPath.domain(domain.name), notice: Notice(.domainAdded))
        }
    }

    private func change(_ form: DomainForm, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        var form = form
        form.name = try await services.administration.domain(request.parameter("name"), request.caller).name.ascii
        if form.wantsMoreRows { return show(form.withMoreRows, isNew: false, .none(request.language), request) }
        return try await save(form, isNew: false, request) { entry throws(AdministrationError) in
            let domain = try await services.administration.updateDomain(entry, request.caller)
            return .seeOther(DomainPath.domain(domain.name), notice: Notice(.domainChanged))
        }
    }

    private func save(
        _ form: DomainForm, isNew: Bool, _ request: AdministratorRequest,
        _ action: (DomainEntry) async throws(AdministrationError) -> Response
    ) async throws(AdministrationError) -> Response {
        var problems = form.problems
        if problems.isEmpty {
            do throws(AdministrationError) {
                return try await action(form.entry)
            } catch {
                problems = try error.formProblems()
            }
        } else {
            problems += try await services.administration.problems(form.entry, request.caller)
        }
        return show(form, isNew: isNew, FormProblems(form.placed(problems), request.language), request)
    }

    private func show(_ form: DomainForm, isNew: Bool, _ problems: FormProblems, _ request: AdministratorRequest) -> Response {
        let view = form.view(isNew: isNew, problems, request.language)
        return services.renderer.page(
            .domain, view, title: view.title, in: .domains, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private func confirmDeletion(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let domain = try await services.administration.domain(request.parameter("name"), request.caller)
        let language = request.language
        let view = ConfirmationView(
            title: DomainText.deleteTitle.filled(language, domain.name.unicode), text: DomainText.deleteText[language],
            action: DomainPath.domain(domain.name) + "/delete", button: DomainText.delete[language], cancel: DomainPath.domain(domain.name))
        return services.renderer.page(.confirmation, view, title: view.title, in: .domains, visitor: request.visitor)
    }

    private func settings(_ request: AdministratorRequest, saving values: FormValues?) async throws(AdministrationError) -> Response {
        let domain = try await services.administration.domain(request.parameter("name"), request.caller)
        let path = DomainPath.domain(domain.name) + "/settings"
        let editor = SettingsSectionEditor(
            administration: services.administration, section: DomainSettings.name, domain: domain.name.ascii, path: path)
        switch try await editor.answer(values, request) {
        case .saved: return .seeOther(path, notice: Notice(.settingsSaved))
        case .show(let section):
            let view = DomainSettingsView(domain: DomainHeadView(domain.name, active: .settings), section: section)
            return services.renderer.page(
                .domainSettings, view, title: domain.name.unicode, in: .domains, visitor: request.visitor, status: section.status)
        }
    }
}

/// Paths of a domain's pages. A domain's ASCII name needs no escapes.
enum DomainPath {
    static func domain(_ name: DomainName) -> String { "\(SitePath.domains)/\(name.ascii)" }
}

/// The list of domains.
struct DomainListView: Sendable {
    let domains: [Row]
    let hasDomains: Bool

    init(_ domains: [ProtectedDomain], _ language: Language) {
        self.domains = domains.map { Row($0, language) }
        hasDomains = !domains.isEmpty
    }

    struct Row: Sendable {
        let name: String
        /// The A-label form when it differs from what is shown.
        let ascii: String?
        let path: String
        let note: String?
        let servers: [Server]

        init(_ domain: ProtectedDomain, _ language: Language) {
            name = domain.name.unicode
            ascii = name == domain.name.ascii ? nil : domain.name.ascii
            path = DomainPath.domain(domain.name)
            note = domain.note.nonEmpty
            servers = domain.mailServersByPriority.flatMap { $0 }.map {
                Server(endpoint: $0.endpoint.description, priority: $0.priority, security: $0.security.title[language])
            }
        }
    }

    struct Server: Sendable {
        let endpoint: String
        let priority: Int
        let security: String
    }
}

/// Name and tabs above each page of one domain.
struct DomainHeadView: Sendable {
    enum Tab: Sendable { case edit, recipients, users, settings, verification, signingKeys }

    let name: String
    let path: String
    let isEdit: Bool
    let isRecipients: Bool
    let isUsers: Bool
    let isSettings: Bool
    let isVerification: Bool
    let isSigningKeys: Bool

    init(_ domain: DomainName, active: Tab) {
        name = domain.unicode
        path = DomainPath.domain(domain)
        isEdit = active == .edit
        isRecipients = active == .recipients
        isUsers = active == .users
        isSettings = active == .settings
        isVerification = active == .verification
        isSigningKeys = active == .signingKeys
    }
}

struct DomainSettingsView: Sendable {
    let domain: DomainHeadView
    let section: SettingsSectionView
}

/// Asks once more before something is deleted.
struct ConfirmationView: Sendable {
    let title: String
    let text: String
    let action: String
    let button: String
    let cancel: String
    /// Hidden fields that are sent again.
    var hidden: [Hidden] = []
    /// Whether the page need not warn that it cannot be undone.
    var isReversible = false
    /// What it concerns, as far as it can be listed.
    var items: [String] = []
    var hasItems = false
    var more: String?
    /// Why it was not done.
    var problem: String?

    struct Hidden: Sendable {
        let name: String
        let value: String
    }
}
