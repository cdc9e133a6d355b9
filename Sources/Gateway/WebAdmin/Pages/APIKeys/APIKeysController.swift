import Administration
import DomainsAndUsers
import HTTPTypes
import Hummingbird
import Settings

/// Keys of the REST API: list, create, revoke. A new key stands in the answer to the form and nowhere else.
struct APIKeysController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("api-keys") { request in try await list(request) }
        routes.page("api-keys/create") { request in
            show(APIKeyForm(), .none(request.language), request)
        }
        routes.form("api-keys/create") { request, values in try await create(values, request) }
        routes.page("api-keys/:id/revoke") { request in try await confirm(request) }
        routes.form("api-keys/:id/revoke") { request, _ in
            try await services.administration.revokeAPIKey(try await existing(request).identifier, request.caller)
            return .seeOther(SitePath.apiKeys, notice: Notice(.apiKeyRevoked))
        }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let keys = try await services.administration.apiKeys(request.caller)
        let now = UTCTime.now()
        let view = APIKeyListView(keys: keys.map { APIKeyListView.Row($0, request.language, now: now) }, hasKeys: !keys.isEmpty)
        return services.renderer.page(
            .apiKeys, view, title: APIKeyText.title[request.language], in: .apiKeys, visitor: request.visitor)
    }

    private func create(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let form = APIKeyForm(values)
        do throws(AdministrationError) {
            let made = try await services.administration.createAPIKey(
                name: form.name, access: form.access, days: form.dayCount, request.caller)
            let view = NewAPIKeyView(
                title: APIKeyText.shownOnceTitle.filled(request.language, made.key.name), key: made.text)
            return services.renderer.page(.apiKeyCreated, view, title: view.title, in: .apiKeys, visitor: request.visitor)
        } catch {
            return show(form, FormProblems(try error.formProblems(), request.language), request)
        }
    }

    private func confirm(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let key = try await existing(request)
        let language = request.language
        let view = ConfirmationView(
            title: APIKeyText.revokeTitle.filled(language, key.name), text: APIKeyText.revokeText[language],
            action: "\(SitePath.apiKeys)/\(key.identifier)/revoke", button: APIKeyText.revoke[language], cancel: SitePath.apiKeys)
        return services.renderer.page(.confirmation, view, title: view.title, in: .apiKeys, visitor: request.visitor)
    }

    private func existing(_ request: AdministratorRequest) async throws(AdministrationError) -> APIKey {
        let identifier = RecordIdentifier(request.parameter("id"))
        let all = try await services.administration.apiKeys(request.caller)
        guard let found = all.first(where: { $0.identifier == identifier }) else { throw .notFound(ErrorText.notFoundAdvice.text) }
        return found
    }

    private func show(_ form: APIKeyForm, _ problems: FormProblems, _ request: AdministratorRequest) -> Response {
        let view = form.view(problems, request.language)
        return services.renderer.page(
            .apiKeyForm, view, title: APIKeyText.create[request.language], in: .apiKeys, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }
}

struct APIKeyListView: Sendable {
    let keys: [Row]
    let hasKeys: Bool

    struct Row: Sendable {
        let name: String
        let access: String
        let created: String
        let expires: String
        let lastUsed: String
        let state: Badge
        /// `nil`: there is nothing left to revoke.
        let revokePath: String?

        init(_ key: APIKey, _ language: Language, now: UTCTime) {
            name = key.name
            access = APIKeyText.of(key.access)[language]
            created = ShownValue.time(key.createdAt)
            expires = ShownValue.time(key.expiresAt)
            lastUsed = key.lastUsedAt.map(ShownValue.time) ?? APIKeyText.never[language]
            if key.revokedAt != nil {
                state = Badge(APIKeyText.revoked.text, .neutral, language)
            } else if key.isValid(at: now) {
                state = Badge(APIKeyText.valid.text, .good, language)
            } else {
                state = Badge(APIKeyText.expired.text, .warning, language)
            }
            revokePath = key.revokedAt == nil ? "\(SitePath.apiKeys)/\(key.identifier)/revoke" : nil
        }
    }
}

struct NewAPIKeyView: Sendable {
    let title: String
    let key: String
}

/// A key to be made.
struct APIKeyForm: Sendable {
    var name = ""
    var access = APIKeyAccess.read
    var days = String(Administration.usualAPIKeyDays)

    init() {}

    init(_ values: FormValues) {
        name = values.trimmed("name")
        access = APIKeyAccess(rawValue: values.trimmed("access")) ?? .read
        days = values.trimmed("days")
    }

    /// What is no number is refused as a number out of bounds.
    var dayCount: Int { Int(days) ?? 0 }

    struct View: Sendable {
        let alert: AlertView?
        let fields: [FieldView]
    }

    func view(_ problems: FormProblems, _ language: Language) -> View {
        var name = FieldView("name", APIKeyText.name[language], value: self.name)
        name.help = APIKeyText.nameHelp[language]
        name.maximumLength = APIKey.maximumNameBytes
        name.isRequired = true
        name.hasFocus = self.name.isEmpty
        let access = FieldView(
            "access", APIKeyText.access[language],
            .choice(
                APIKeyAccess.allCases.map {
                    FieldView.Choice(value: $0.rawValue, text: APIKeyText.of($0)[language], isChosen: $0 == self.access)
                }))
        var days = FieldView("days", APIKeyText.days[language], value: self.days)
        days.help = APIKeyText.daysHelp[language]
        days.inputMode = "numeric"
        days.unit = APIKeyText.daysUnit[language]
        days.isRequired = true
        var fields = [name, access, days]
        for index in fields.indices { fields[index].problem = problems.at(fields[index].name) }
        return View(alert: problems.summary(fields: fields.map(\.name)), fields: fields)
    }
}
