import Administration
import DomainsAndUsers
import Hummingbird
import Mail
import Settings

/// The list of addresses accepted for a domain: search, add, remove.
struct RecipientsController: Sendable {
    let services: SiteServices

    /// Rows of a page.
    static let pageSize = 100

    func addRoutes(to routes: PageRoutes) {
        routes.page("domains/:name/recipients") { request in try await show(request, typed: "", .none(request.language)) }
        routes.form("domains/:name/recipients") { request, values in try await add(values, request) }
        routes.form("domains/:name/recipients/remove") { request, values in try await remove(values, request) }
    }

    private func add(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let typed = values["recipients"] ?? ""
        let addresses = typed.split { $0.isNewline || $0 == "," || $0 == ";" }.map(\.trimmingWhiteSpace).filter { !$0.isEmpty }
        do throws(AdministrationError) {
            guard !addresses.isEmpty else { throw .invalid([FieldProblem(field: "recipients", message: FirstStartText.missing.text)]) }
            let added = try await services.administration.addRecipients(addresses, to: request.parameter("name"), request.caller)
            return .seeOther(Self.path(request), notice: Notice(.recipientsAdded, count: added))
        } catch {
            return try await show(request, typed: typed, FormProblems(try error.formProblems(), request.language))
        }
    }

    /// First asks, then does.
    private func remove(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let domain = try await services.administration.domain(request.parameter("name"), request.caller)
        let addresses = values.all("address")
        do throws(AdministrationError) {
            guard !addresses.isEmpty else { throw .invalid([FieldProblem(field: nil, message: DomainText.nothingSelected.text)]) }
            guard values.contains("confirmed") else { return confirmation(addresses, domain, request) }
            let removed = try await services.administration.removeRecipients(addresses, from: domain.name.ascii, request.caller)
            return .seeOther(Self.path(request), notice: Notice(.recipientsRemoved, count: removed))
        } catch {
            return try await show(request, typed: "", FormProblems(try error.formProblems(), request.language))
        }
    }

    private func confirmation(_ addresses: [String], _ domain: ProtectedDomain, _ request: AdministratorRequest) -> Response {
        let language = request.language
        let shown = 20
        let view = ConfirmationView(
            title: DomainText.removeTitle[language],
            text: DomainText.removeText.filled(language, addresses.count, domain.name.unicode), action: Self.path(request) + "/remove",
            button: CommonText.remove[language], cancel: Self.path(request),
            hidden: addresses.map { ConfirmationView.Hidden(name: "address", value: $0) } + [.init(name: "confirmed", value: "yes")],
            items: Array(addresses.prefix(shown)),
            hasItems: true, more: addresses.count > shown ? QueueText.andMore.filled(language, addresses.count - shown) : nil)
        return services.renderer.page(.confirmation, view, title: view.title, in: .domains, visitor: request.visitor)
    }

    private func show(
        _ request: AdministratorRequest, typed: String, _ problems: FormProblems
    ) async throws(AdministrationError) -> Response {
        let name = request.parameter("name")
        let language = request.language
        let domain = try await services.administration.domain(name, request.caller)
        let text = request.query.trimmed("text")
        let cursor = request.query["after"]?.nonEmpty
        let found = try await services.administration.recipients(
            of: name, containing: text, after: cursor, limit: Self.pageSize + 1, request.caller)
        let policy = try await services.administration.section(DomainSettings.name, domain: domain.name.ascii, request.caller)
        let rows = found.prefix(Self.pageSize)
        let path = Self.path(request)
        let next = found.count > Self.pageSize ? rows.last?.lookupKey : nil
        var area = FieldView("recipients", DomainText.addAddresses[language], .area, value: typed)
        area.help = DomainText.addAddressesHelp[language]
        area.problem = problems.at("recipients")
        let view = RecipientsView(
            domain: DomainHeadView(domain.name, active: .recipients), alert: problems.summary(fields: ["recipients"]),
            isListed: policy.texts["recipients"] != DomainSettings.RecipientPolicy.any.rawValue,
            policy: VerificationText.policy(policy.texts["recipients"])[language], path: path, text: text,
            isSearch: !text.isEmpty, notFound: DomainText.noAddressesFound.filled(language, text),
            rows: rows.map { RecipientsView.Row($0.description, language) }, hasRows: !rows.isEmpty, area: area,
            pager: PagerView(
                next: next.map { PageLink(path).with("text", text).with("after", $0).text },
                first: cursor == nil ? nil : PageLink(path).with("text", text).text, isTimeOrdered: false))
        return services.renderer.page(
            .recipients, view, title: domain.name.unicode, in: .domains, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private static func path(_ request: AdministratorRequest) -> String {
        "\(SitePath.domains)/\(PageLink.escape(request.parameter("name")))/recipients"
    }
}

/// The page of listed addresses.
struct RecipientsView: Sendable {
    let domain: DomainHeadView
    let alert: AlertView?
    /// The list has an effect.
    let isListed: Bool
    let policy: String
    let path: String
    let text: String
    let isSearch: Bool
    let notFound: String
    let rows: [Row]
    let hasRows: Bool
    let area: FieldView
    let pager: PagerView

    struct Row: Sendable {
        let address: String
        let selectLabel: String

        init(_ address: String, _ language: Language) {
            self.address = address
            selectLabel = DomainText.select.filled(language, address)
        }
    }
}

/// Links to neighbouring pages of a list.
struct PagerView: Sendable {
    let next: String?
    let first: String?
    /// Newest first: the next page is the older one.
    let isTimeOrdered: Bool
}
