import Administration
import Hummingbird
import Settings

/// Users signing in to and out of their own pages. There is no such page when users may not sign in.
struct OwnSignInController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.openPage("my") { _ in .seeOther(OwnPath.quarantine) }
        routes.openPage("my/sign-in") { request in
            guard services.administration.usersMaySignIn else { throw PageError.notFound }
            if request.visitor.userSession != nil { return .seeOther(OwnPath.local(request.query["next"])) }
            return show(address: "", next: request.query["next"], .none(request.language), request)
        }
        routes.openForm("my/sign-in") { request, values in
            guard services.administration.usersMaySignIn else { throw PageError.notFound }
            return try await signIn(values, request)
        }
        routes.ownForm("sign-out") { request, _ in
            try await services.administration.signOutUser(token: request.sessionToken)
            var response = Response.seeOther(OwnPath.signIn, notice: Notice(.signedOut))
            response.setCookie(SiteCookie.userSession.removal)
            response.setCookie(SiteCookie.formToken.cookie(FormGuard.freshToken()))
            response.setCookie(SiteCookie.language.cookie(request.language.rawValue, maximumAgeSeconds: LanguageChoice.cookieSeconds))
            return response
        }
    }

    private func signIn(_ values: FormValues, _ request: PageRequest) async throws(AdministrationError) -> Response {
        let address = values.trimmed("address")
        let next = values["next"]
        do throws(AdministrationError) {
            let signedIn = try await services.administration.signInUser(
                address: address, password: values["password"] ?? "", remoteAddress: request.remoteAddress)
            return Self.begin(signedIn, at: OwnPath.local(next))
        } catch {
            let problems = FormProblems(try error.formProblems(), request.language)
            return show(
                address: address, next: next, problems, request, status: error == .tooManyAttempts ? .tooManyRequests : .forbidden)
        }
    }

    /// Hands the session to the browser, with a new form token: one that was known before signing in is worth nothing afterwards.
    static func begin(_ signedIn: SignedInUser, at path: String, notice: Notice? = nil) -> Response {
        var response = Response.seeOther(path, notice: notice)
        response.setCookie(SiteCookie.userSession.cookie(signedIn.token))
        response.setCookie(SiteCookie.formToken.cookie(FormGuard.freshToken()))
        return response
    }

    private func show(
        address: String, next: String?, _ problems: FormProblems, _ request: PageRequest, status: HTTPResponse.Status = .ok
    ) -> Response {
        let language = request.language
        var field = FieldView("address", OwnPagesText.address[language], .input("email"), value: address)
        field.autocomplete = "username"
        field.isRequired = true
        field.hasFocus = address.isEmpty
        field.maximumLength = 254
        var password = FieldView.password("password", SignInText.password[language], autocomplete: "current-password")
        password.hasFocus = !address.isEmpty
        var alert = problems.summary(fields: [])
        alert?.title = SignInText.failed[language]
        let view = SignInView(
            title: OwnPagesText.signInTitle[language], lead: OwnPagesText.signInLead[language], action: OwnPath.signIn, alert: alert,
            fields: [field, password], next: OwnPath.local(next), otherPath: SitePath.signIn,
            otherText: OwnPagesText.forAdministrators[language])
        return services.renderer.page(.signIn, view, title: view.title, visitor: request.visitor, status: status)
    }
}
