import Administration
import DomainsAndUsers
import Hummingbird
import Mail
import Settings

/// A user's own language and password.
struct OwnAccountController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.ownPage("account") { request in try await show(.none(request.language), request) }
        routes.ownForm("account/language") { request, values in
            guard let language = Language(rawValue: values.trimmed("language")) else { throw PageError.malformedForm }
            try await services.administration.setLanguage(language, of: request.principal)
            return .seeOther(OwnPath.local(values["return"]), notice: Notice(.languageSaved))
        }
        routes.ownForm("account/digest") { request, values in
            let isWanted = values.trimmed("digest") == "on"
            try await services.administration.setWantsDigest(isWanted, request.principal)
            return .seeOther(OwnPath.account, notice: Notice(isWanted ? .digestsWanted : .digestsStopped))
        }
        routes.ownForm("account/password") { request, values in try await changePassword(values, request) }
    }

    /// The present password is asked for, so that an unattended browser is not enough to take an account over. All sessions end with
    /// the old password; this browser gets a new one.
    private func changePassword(_ values: FormValues, _ request: UserRequest) async throws(AdministrationError) -> Response {
        let password = values["password"] ?? ""
        guard password == values["password-again"] ?? "" else {
            let problems = [FieldProblem(field: "password-again", message: FirstStartText.mismatch.text)]
            return try await show(FormProblems(problems + services.administration.passwordProblems(password), request.language), request)
        }
        do throws(AdministrationError) {
            let signedIn = try await services.administration.changePassword(
                of: request.principal, from: values["current-password"] ?? "", to: password)
            return OwnSignInController.begin(signedIn, at: OwnPath.account, notice: Notice(.passwordSet))
        } catch {
            // What names no field is about the present password.
            let problems = try error.formProblems().map { FieldProblem(field: $0.field ?? "current-password", message: $0.message) }
            return try await show(FormProblems(problems, request.language), request)
        }
    }

    private func show(_ problems: FormProblems, _ request: UserRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let user = request.principal.user
        let aliases = user.aliases.map(\.description).joined(separator: ", ").nonEmpty
        let wantsDigest = try await services.administration.wantsDigest(request.principal)
        var view = AccountView(
            path: OwnPath.account, signedInAs: SignInText.signedInAs.filled(language, user.address),
            since: aliases.map { "\(UserText.aliases[language]): \($0)" }, passwordHelp: OwnPagesText.passwordHelp[language],
            problems,
            minimumPassword: services.administration.minimumPasswordLength, language)
        view.digest = AccountView.Digest(wantsDigest, language)
        view.rulesPath = services.administration.usersMayWriteScripts ? OwnPath.rules : nil
        return services.renderer.page(
            .account, view, title: OwnPagesText.accountTitle[language], inOwn: .account, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }
}
