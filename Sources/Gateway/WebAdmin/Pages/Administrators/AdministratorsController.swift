import Administration
import DomainsAndUsers
import Hummingbird
import Settings

/// Administrators: list, add, set a password, delete.
struct AdministratorsController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("administrators") { request in try await list(request) }
        routes.page("administrators/add") { request in
            show(AdministratorForm(target: nil, language: request.language), .none(request.language), request)
        }
        routes.form("administrators/add") { request, values in try await add(values, request) }
        routes.page("administrators/:name/password") { request in
            let name = try await existing(request).name
            return show(AdministratorForm(target: name, language: request.language), .none(request.language), request)
        }
        routes.form("administrators/:name/password") { request, values in try await setPassword(values, request) }
        routes.page("administrators/:name/delete") { request in try await confirmDeletion(request, problem: nil) }
        routes.form("administrators/:name/delete") { request, _ in try await delete(request) }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let administrators = try await services.administration.administrators(request.caller)
        let view = AdministratorListView(
            administrators: administrators.map {
                AdministratorListView.Row(
                    $0, isSelf: $0.identifier == request.administrator.identifier, isOnlyOne: administrators.count == 1)
            })
        return services.renderer.page(
            .administrators, view, title: AdministratorText.title[request.language], in: .administrators, visitor: request.visitor)
    }

    private func add(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let form = AdministratorForm(values, target: nil, presentLanguage: request.language)
        return try await act(form, request) { () throws(AdministrationError) in
            _ = try await services.administration.addAdministrator(
                name: form.name, password: form.password, language: form.language, request.caller)
            return .seeOther(SitePath.administrators, notice: Notice(.administratorAdded))
        }
    }

    /// For others; the own password has its own page, which asks for the present one.
    private func setPassword(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let target = try await existing(request)
        guard target.identifier != request.administrator.identifier else { return .seeOther(SitePath.account) }
        let form = AdministratorForm(values, target: target.name, presentLanguage: request.language)
        return try await act(form, request) { () throws(AdministrationError) in
            try await services.administration.setPassword(form.password, of: target.name, request.caller)
            return .seeOther(SitePath.administrators, notice: Notice(.passwordSet))
        }
    }

    private func act(
        _ form: AdministratorForm, _ request: AdministratorRequest, _ action: () async throws(AdministrationError) -> Response
    ) async throws(AdministrationError) -> Response {
        var problems = form.problems
        if problems.isEmpty {
            do throws(AdministrationError) {
                return try await action()
            } catch {
                problems = try error.formProblems()
            }
        } else {
            let name = form.target ?? form.name
            problems += services.administration.administratorProblems(name: name, password: form.password)
        }
        return show(form, FormProblems(problems, request.language), request)
    }

    private func delete(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let target = try await existing(request)
        do throws(AdministrationError) {
            try await services.administration.deleteAdministrator(target.name, request.caller)
        } catch {
            guard case .conflict(let message) = error else { throw error }
            return try await confirmDeletion(request, problem: message)
        }
        let isSelf = target.identifier == request.administrator.identifier
        return .seeOther(isSelf ? SitePath.signIn : SitePath.administrators, notice: Notice(.administratorDeleted))
    }

    private func confirmDeletion(_ request: AdministratorRequest, problem: LocalizedText?) async throws(AdministrationError) -> Response {
        let target = try await existing(request)
        if problem == nil { try await services.administration.checkDeletion(request.caller) }
        let language = request.language
        var view = ConfirmationView(
            title: AdministratorText.deleteTitle.filled(language, target.name), text: AdministratorText.deleteText[language],
            action: "\(SitePath.administrators)/\(PageLink.escape(target.name))/delete", button: AdministratorText.delete[language],
            cancel: SitePath.administrators)
        view.problem = problem?[language]
        return services.renderer.page(
            .confirmation, view, title: view.title, in: .administrators, visitor: request.visitor, status: problem == nil ? .ok : .conflict)
    }

    private func existing(_ request: AdministratorRequest) async throws(AdministrationError) -> Administrator {
        let name = request.parameter("name").lowercased()
        let all = try await services.administration.administrators(request.caller)
        guard let found = all.first(where: { $0.key == name }) else { throw .notFound(ErrorText.notFoundAdvice.text) }
        return found
    }

    private func show(_ form: AdministratorForm, _ problems: FormProblems, _ request: AdministratorRequest) -> Response {
        let view = form.view(problems, minimumPassword: services.administration.minimumPasswordLength, request.language)
        return services.renderer.page(
            .administratorForm, view, title: view.title, in: .administrators, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }
}

struct AdministratorListView: Sendable {
    let administrators: [Row]

    struct Row: Sendable {
        let name: String
        let isSelf: Bool
        let language: String
        let created: String
        let passwordPath: String
        /// `nil` for the only one, who must stay.
        let deletePath: String?

        init(_ administrator: Administrator, isSelf: Bool, isOnlyOne: Bool) {
            let path = "\(SitePath.administrators)/\(PageLink.escape(administrator.name))"
            name = administrator.name
            self.isSelf = isSelf
            language = (administrator.language == .english ? CommonText.english : .japanese)[administrator.language]
            created = ShownValue.time(administrator.createdAt)
            passwordPath = isSelf ? SitePath.account : path + "/password"
            deletePath = isOnlyOne ? nil : path + "/delete"
        }
    }
}

/// A new administrator, or a new password for one.
struct AdministratorForm: Sendable {
    /// Whose password is set; `nil`: someone new.
    let target: String?
    var name = ""
    var password = ""
    var passwordAgain = ""
    var language: Language

    init(target: String?, language: Language) {
        self.target = target
        self.language = language
    }

    init(_ values: FormValues, target: String?, presentLanguage: Language) {
        self.target = target
        name = values.trimmed("name")
        password = values["password"] ?? ""
        passwordAgain = values["password-again"] ?? ""
        language = Language(rawValue: values.trimmed("language")) ?? presentLanguage
    }

    var problems: [FieldProblem] {
        password == passwordAgain ? [] : [FieldProblem(field: "password-again", message: FirstStartText.mismatch.text)]
    }

    struct View: Sendable {
        let title: String
        let help: String?
        let action: String
        let button: String
        let alert: AlertView?
        let fields: [FieldView]
    }

    func view(_ problems: FormProblems, minimumPassword: Int, _ language: Language) -> View {
        var fields: [FieldView] = []
        if target == nil {
            var field = FieldView("name", AdministratorText.name[language], value: name)
            field.help = FirstStartText.nameHelp[language]
            field.isRequired = true
            field.hasFocus = name.isEmpty
            fields.append(field)
        }
        var password = FieldView.password("password", FirstStartText.password[language], autocomplete: "new-password")
        password.help = FirstStartText.passwordLength.filled(language, minimumPassword)
        fields.append(password)
        fields.append(.password("password-again", FirstStartText.passwordAgain[language], autocomplete: "new-password"))
        if target == nil { fields.append(.language("language", AdministratorText.language[language], chosen: self.language)) }
        for index in fields.indices { fields[index].problem = problems.at(fields[index].name) }
        return View(
            title: target.map { AdministratorText.setPasswordTitle.filled(language, $0) } ?? AdministratorText.add[language],
            help: target == nil ? nil : AdministratorText.setPasswordHelp[language],
            action: target.map { "\(SitePath.administrators)/\(PageLink.escape($0))/password" } ?? SitePath.administrators + "/add",
            button: (target == nil ? AdministratorText.add : .setPassword)[language], alert: problems.summary(fields: fields.map(\.name)),
            fields: fields)
    }
}
