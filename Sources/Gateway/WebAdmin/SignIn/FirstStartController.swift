import Administration
import Hummingbird
import Settings

/// The page that makes the first administrator; it exists only until there is one.
struct FirstStartController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.openPage("first-start") { request in
            guard try await services.administration.needsFirstAdministrator() else { return .seeOther(SitePath.signIn) }
            return show(FirstStartForm(language: request.language), .none(request.language), request)
        }
        routes.openForm("first-start") { request, values in
            guard try await services.administration.needsFirstAdministrator() else { return .seeOther(SitePath.signIn) }
            return try await create(FirstStartForm(values, presentLanguage: request.language), request)
        }
    }

    private func create(_ form: FirstStartForm, _ request: PageRequest) async throws(AdministrationError) -> Response {
        var problems = form.problems
        if problems.isEmpty {
            do throws(AdministrationError) {
                let signedIn = try await services.administration.createFirstAdministrator(
                    name: form.name, password: form.password, language: form.language, code: form.code, expected: services.setupCode,
                    address: request.remoteAddress)
                return SignInController.begin(signedIn, at: SitePath.dashboard, notice: Notice(.welcome))
            } catch {
                problems = try error.formProblems()
            }
        } else {
            problems += services.administration.administratorProblems(name: form.name, password: form.password)
        }
        return show(form, FormProblems(problems, request.language), request)
    }

    private func show(_ form: FirstStartForm, _ problems: FormProblems, _ request: PageRequest) -> Response {
        let view = form.view(problems, minimumPassword: services.administration.minimumPasswordLength, request.language)
        return services.renderer.page(
            .firstStart, view, title: FirstStartText.title[request.language], visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }
}

/// What the first-start page asks for.
struct FirstStartForm: Sendable {
    var code = ""
    var name = ""
    var password = ""
    var passwordAgain = ""
    var language: Language

    init(language: Language) { self.language = language }

    init(_ values: FormValues, presentLanguage: Language) {
        code = values.trimmed("code")
        name = values.trimmed("name")
        password = values["password"] ?? ""
        passwordAgain = values["password-again"] ?? ""
        language = Language(rawValue: values.trimmed("language")) ?? presentLanguage
    }

    /// What the form itself sees; everything else is `Administration`'s to say.
    var problems: [FieldProblem] {
        var problems: [FieldProblem] = []
        if code.isEmpty { problems.append(FieldProblem(field: "code", message: FirstStartText.missing.text)) }
        if password != passwordAgain { problems.append(FieldProblem(field: "password-again", message: FirstStartText.mismatch.text)) }
        return problems
    }

    struct View: Sendable {
        let alert: AlertView?
        let code: FieldView
        let name: FieldView
        let password: FieldView
        let passwordAgain: FieldView
        let language: FieldView
    }

    /// Passwords are never sent back.
    func view(_ problems: FormProblems, minimumPassword: Int, _ language: Language) -> View {
        var code = FieldView("code", FirstStartText.code[language], value: self.code)
        code.help = FirstStartText.codeHelp[language]
        code.problem = problems.at("code")
        code.isRequired = true
        code.hasFocus = true
        code.maximumLength = 200
        var name = FieldView("name", FirstStartText.name[language], value: self.name)
        name.help = FirstStartText.nameHelp[language]
        name.problem = problems.at("name")
        name.autocomplete = "username"
        name.isRequired = true
        var password = FieldView.password("password", FirstStartText.password[language], autocomplete: "new-password")
        password.help = FirstStartText.passwordLength.filled(language, minimumPassword) + " " + FirstStartText.passwordHelp[language]
        password.problem = problems.at("password")
        var again = FieldView.password("password-again", FirstStartText.passwordAgain[language], autocomplete: "new-password")
        again.problem = problems.at("password-again")
        return View(
            alert: problems.summary(fields: ["code", "name", "password", "password-again"]), code: code, name: name, password: password,
            passwordAgain: again, language: .language("language", FirstStartText.language[language], chosen: self.language))
    }
}
