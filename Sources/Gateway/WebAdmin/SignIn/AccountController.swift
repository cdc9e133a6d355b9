import Administration
import DomainsAndUsers
import Hummingbird
import Settings

/// The signed-in administrator's own language and password.
struct AccountController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("account") { request in show(.none(request.language), request) }
        routes.form("account/language") { request, values in
            guard let language = Language(rawValue: values.trimmed("language")) else { throw PageError.malformedForm }
            try await services.administration.setLanguage(language, of: request.administrator)
            return .seeOther(SitePath.local(values["return"]), notice: Notice(.languageSaved))
        }
        routes.form("account/password") { request, values in try await changePassword(values, request) }
    }

    /// The present password is asked for, so that an unattended browser is not enough to take an account over. All sessions end with
    /// the old password; this browser gets a new one.
    private func changePassword(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let password = values["password"] ?? ""
        guard password == values["password-again"] ?? "" else {
            let problems = [FieldProblem(field: "password-again", message: FirstStartText.mismatch.text)]
            return show(FormProblems(problems + services.administration.passwordProblems(password), request.language), request)
        }
        do throws(AdministrationError) {
            let signedIn = try await services.administration.changePassword(
                of: request.administrator, from: values["current-password"] ?? "", to: password, address: request.page.remoteAddress)
            return SignInController.begin(signedIn, at: SitePath.account, notice: Notice(.passwordSet))
        } catch {
            // What names no field is about the present password.
            let problems = try error.formProblems().map { FieldProblem(field: $0.field ?? "current-password", message: $0.message) }
            return show(FormProblems(problems, request.language), request)
        }
    }

    private func show(_ problems: FormProblems, _ request: AdministratorRequest) -> Response {
        let language = request.language
        let view = AccountView(
            path: SitePath.account, signedInAs: SignInText.signedInAs.filled(language, request.administrator.name),
            since: SignInText.since.filled(language, ShownValue.timeWithZone(request.administrator.createdAt)),
            passwordHelp: SignInText.passwordHelp[language], problems, minimumPassword: services.administration.minimumPasswordLength,
            language)
        return services.renderer.page(
            .account, view, title: SignInText.accountTitle[language], visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }
}
