import Administration
import DomainsAndUsers
import Hummingbird
import Mail
import Settings
import UserVerification

/// User verification of a domain: asks mail servers now, shows what is known of them, forgets answers.
struct VerificationController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("domains/:name/verification") { request in
            try await show(request, typed: "", examination: nil, .none(request.language))
        }
        routes.form("domains/:name/verification") { request, values in try await ask(values, request) }
        routes.form("domains/:name/verification/forget") { request, _ in
            let domain = try await services.administration.domain(request.parameter("name"), request.caller)
            let count = try await services.administration.forgetVerifications(of: domain.name.ascii, request.caller)
            return .seeOther(Self.path(domain.name), notice: Notice(.verificationsForgotten, count: count))
        }
    }

    /// The answer is shown at once, and asked for again when the page is sent again.
    private func ask(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let typed = (values["address"] ?? "").trimmingWhiteSpace
        do throws(AdministrationError) {
            guard !typed.isEmpty else { throw .invalid([FieldProblem(field: "address", message: FirstStartText.missing.text)]) }
            let found = try await services.administration.verifyRecipient(typed, of: request.parameter("name"), request.caller)
            return try await show(request, typed: typed, examination: found, .none(request.language))
        } catch {
            return try await show(request, typed: typed, examination: nil, FormProblems(try error.formProblems(), request.language))
        }
    }

    private func show(
        _ request: AdministratorRequest, typed: String, examination: RecipientExamination?, _ problems: FormProblems
    ) async throws(AdministrationError) -> Response {
        let language = request.language
        let domain = try await services.administration.domain(request.parameter("name"), request.caller)
        let standing = try await services.administration.verificationStanding(of: domain.name.ascii, request.caller)
        let policy = try await services.administration.section(DomainSettings.name, domain: domain.name.ascii, request.caller)
        var field = FieldView("address", VerificationText.ask[language], value: typed)
        field.help = VerificationText.askHelp[language]
        field.problem = problems.at("address")
        field.maximumLength = EmailAddress.maximumOctets
        field.isRequired = true
        let view = VerificationView(
            domain: DomainHeadView(domain.name, active: .verification), alert: problems.summary(fields: ["address"]),
            path: Self.path(domain.name), isVerifying: policy.texts["recipients"] == DomainSettings.RecipientPolicy.callForward.rawValue,
            policy: VerificationText.policy(policy.texts["recipients"])[language], address: field,
            found: examination.map { VerificationView.Found($0, language) },
            standing: VerificationView.Standing(standing, language),
            rememberedHelp: VerificationText.rememberedHelp.filled(language, services.renderer.nodeName))
        return services.renderer.page(
            .verification, view, title: domain.name.unicode, in: .domains, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private static func path(_ domain: DomainName) -> String { DomainPath.domain(domain) + "/verification" }
}

/// The page of a domain's user verification.
struct VerificationView: Sendable {
    let domain: DomainHeadView
    let alert: AlertView?
    let path: String
    let isVerifying: Bool
    let policy: String
    let address: FieldView
    let found: Found?
    let standing: Standing
    let rememberedHelp: String

    struct Found: Sendable {
        let address: String
        let badge: Badge
        let reply: String
        let server: String
        let tls: String?
        let listing: String
        let decision: String

        init(_ examination: RecipientExamination, _ language: Language) {
            address = examination.address.description
            badge = VerificationText.badge(examination.answer.statement, language)
            reply = examination.answer.text
            server = examination.answer.server.nonEmpty ?? VerificationText.noServer[language]
            tls = examination.answer.tls.nonEmpty
            listing = VerificationText.listing(examination.listing, language)
            decision = VerificationText.decision(examination.decision)[language]
        }
    }

    struct Standing: Sendable {
        let accepted: String
        let refused: String
        let random: String
        /// The servers accept everything.
        let isUseless: Bool

        init(_ standing: VerificationStanding, _ language: Language) {
            accepted = ShownValue.number(standing.rememberedAccepted)
            refused = ShownValue.number(standing.rememberedRefused)
            let answer: VerificationText =
                switch standing.acceptsEverything {
                case true: .accepted
                case false: .refused
                case nil: .notAsked
                }
            random = answer[language]
            isUseless = standing.acceptsEverything == true
        }
    }
}
