import Administration
import Hummingbird
import Settings

/// Signing in and out. Sessions live in the database: any node answers.
struct SignInController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.openPage("sign-in") { request in
            if request.visitor.session != nil { return .seeOther(SitePath.local(request.query["next"])) }
            if try await services.administration.needsFirstAdministrator() { return .seeOther(SitePath.firstStart) }
            return show(name: "", next: request.query["next"], .none(request.language), request)
        }
        routes.openForm("sign-in") { request, values in try await signIn(values, request) }
        routes.form("sign-out") { request, _ in
            try await services.administration.signOut(token: request.sessionToken)
            var response = Response.seeOther(SitePath.signIn, notice: Notice(.signedOut))
            response.setCookie(SiteCookie.session.removal)
            response.setCookie(SiteCookie.formToken.cookie(FormGuard.freshToken()))
            response.setCookie(SiteCookie.language.cookie(request.language.rawValue, maximumAgeSeconds: LanguageChoice.cookieSeconds))
            return response
        }
    }

    private func signIn(_ values: FormValues, _ request: PageRequest) async throws(AdministrationError) -> Response {
        let name = values.trimmed("name")
        let next = values["next"]
        do throws(AdministrationError) {
            let signedIn = try await services.administration.signIn(
                name: name, password: values["password"] ?? "", address: request.remoteAddress)
            return Self.begin(signedIn, at: SitePath.local(next))
        } catch {
            let problems = FormProblems(try error.formProblems(), request.language)
            return show(name: name, next: next, problems, request, status: error == .tooManyAttempts ? .tooManyRequests : .forbidden)
        }
    }

    /// Hands the session to the browser, with a new form token: one that was known before signing in is worth nothing afterwards.
    static func begin(_ signedIn: SignedIn, at path: String, notice: Notice? = nil) -> Response {
        var response = Response.seeOther(path, notice: notice)
        response.setCookie(SiteCookie.session.cookie(signedIn.token))
        response.setCookie(SiteCookie.formToken.cookie(FormGuard.freshToken()))
        return response
    }

    private func show(
        name: String, next: String?, _ problems: FormProblems, _ request: PageRequest, status: HTTPResponse.Status = .ok
    ) -> Response {
        let language = request.language
        var nameField = FieldView("name", SignInText.name[language], value: name)
        nameField.autocomplete = "username"
        nameField.isRequired = true
        nameField.hasFocus = name.isEmpty
        var password = FieldView.password("password", SignInText.password[language], autocomplete: "current-password")
        password.hasFocus = !name.isEmpty
        var alert = problems.summary(fields: [])
        alert?.title = SignInText.failed[language]
        let view = SignInView(
            title: SignInText.title[language], lead: "\(CommonText.node[language]): \(services.renderer.nodeName)", action: SitePath.signIn,
            alert: alert, fields: [nameField, password], next: SitePath.local(next),
            otherPath: services.administration.usersMaySignIn ? OwnPath.signIn : nil, otherText: OwnPagesText.forUsers[language])
        return services.renderer.page(.signIn, view, title: SignInText.title[language], visitor: request.visitor, status: status)
    }
}
