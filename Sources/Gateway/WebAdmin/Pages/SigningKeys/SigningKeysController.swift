import Administration
import DomainsAndUsers
import Hummingbird
import Mail
import SenderAuthentication
import Settings

/// The keys that mail of a domain is signed with: make, see what to publish, activate, remove.
struct SigningKeysController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("domains/:name/signing-keys") { request in try await show(SigningKeyForm(), .none(request.language), request) }
        routes.form("domains/:name/signing-keys") { request, values in try await create(values, request) }
        routes.page("domains/:name/signing-keys/:selector/activate") { request in
            try await confirm(
                request, "activate", title: .activateTitle, text: .activateText, button: .activate, isReversible: true)
        }
        routes.form("domains/:name/signing-keys/:selector/activate") { request, _ in
            _ = try await services.administration.activateSigningKey(
                request.parameter("selector"), of: request.parameter("name"), request.caller)
            return .seeOther(Self.path(request), notice: Notice(.signingKeyActivated))
        }
        routes.page("domains/:name/signing-keys/:selector/remove") { request in
            try await confirm(request, "remove", title: .removeTitle, text: .removeText, button: .remove, isReversible: false)
        }
        routes.form("domains/:name/signing-keys/:selector/remove") { request, _ in
            try await services.administration.removeSigningKey(
                request.parameter("selector"), of: request.parameter("name"), request.caller)
            return .seeOther(Self.path(request), notice: Notice(.signingKeyRemoved))
        }
    }

    private func create(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let form = SigningKeyForm(values)
        do throws(AdministrationError) {
            _ = try await services.administration.createSigningKey(form.input, for: request.parameter("name"), request.caller)
            return .seeOther(Self.path(request), notice: Notice(.signingKeyCreated))
        } catch {
            return try await show(form, FormProblems(try error.formProblems(), request.language), request)
        }
    }

    private func confirm(
        _ request: AdministratorRequest, _ action: String, title: SigningKeyText, text: SigningKeyText, button: SigningKeyText,
        isReversible: Bool
    ) async throws(AdministrationError) -> Response {
        let language = request.language
        let key = try await services.administration.signingKey(
            request.parameter("selector"), of: request.parameter("name"), request.caller)
        var view = ConfirmationView(
            title: title.filled(language, key.selector), text: text[language],
            action: "\(Self.path(request))/\(PageLink.escape(key.selector))/\(action)", button: button[language], cancel: Self.path(request)
        )
        view.isReversible = isReversible
        return services.renderer.page(.confirmation, view, title: view.title, in: .domains, visitor: request.visitor)
    }

    private func show(
        _ form: SigningKeyForm, _ problems: FormProblems, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let language = request.language
        let domain = try await services.administration.domain(request.parameter("name"), request.caller)
        let path = Self.path(request)
        let view = SigningKeysView(
            domain: DomainHeadView(domain.name, active: .signingKeys), alert: problems.summary(fields: ["selector", "kind"]), path: path,
            keys: domain.signingKeys.map { SigningKeysView.Row($0, of: domain.name, path, language) }, hasKeys: !domain.signingKeys.isEmpty,
            fields: form.fields(problems, language))
        return services.renderer.page(
            .signingKeys, view, title: domain.name.unicode, in: .domains, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private static func path(_ request: AdministratorRequest) -> String {
        "\(SitePath.domains)/\(PageLink.escape(request.parameter("name")))/signing-keys"
    }
}

/// The page of a domain's keys.
struct SigningKeysView: Sendable {
    let domain: DomainHeadView
    let alert: AlertView?
    let path: String
    let keys: [Row]
    let hasKeys: Bool
    let fields: [FieldView]

    struct Row: Sendable {
        let selector: String
        let kind: String
        let state: Badge
        let created: String
        let recordName: String
        let record: String
        let path: String
        let isIdle: Bool

        init(_ key: DomainSigningKey, of domain: DomainName, _ path: String, _ language: Language) {
            selector = key.selector
            kind = SigningKeyText.of(key.key.kind)[language]
            state = key.isActive ? Badge(SigningKeyText.signs.text, .good, language) : Badge(SigningKeyText.idle.text, .neutral, language)
            created = ShownValue.time(key.createdAt)
            recordName = DKIMPublicRecord.name(selector: key.selector, domain: domain.ascii)
            record = key.key.publicRecord.zoneLine(selector: key.selector, domain: domain.ascii)
            self.path = "\(path)/\(PageLink.escape(key.selector))"
            isIdle = !key.isActive
        }
    }
}

/// A key to be made.
struct SigningKeyForm: Sendable {
    var selector = ""
    var kind = DKIMSigningKey.Kind.rsa

    init() {}

    init(_ values: FormValues) {
        selector = values.trimmed("selector")
        kind = DKIMSigningKey.Kind(rawValue: values.trimmed("kind")) ?? .rsa
    }

    var input: SigningKeyInput { SigningKeyInput(selector: selector, kind: kind) }

    func fields(_ problems: FormProblems, _ language: Language) -> [FieldView] {
        var kind = FieldView(
            "kind", SigningKeyText.kind[language],
            .choice(
                DKIMSigningKey.Kind.allCases.map {
                    FieldView.Choice(value: $0.rawValue, text: SigningKeyText.of($0)[language], isChosen: $0 == self.kind)
                }))
        kind.help = SigningKeyText.kindHelp[language]
        kind.problem = problems.at("kind")
        var selector = FieldView("selector", SigningKeyText.selector[language], value: self.selector)
        selector.help = SigningKeyText.selectorHelp[language]
        selector.maximumLength = 63
        selector.problem = problems.at("selector")
        return [kind, selector]
    }
}

extension SigningKeyText {
    static func of(_ kind: DKIMSigningKey.Kind) -> SigningKeyText {
        switch kind {
        case .rsa: .rsa
        case .ed25519: .ed25519
        }
    }
}
