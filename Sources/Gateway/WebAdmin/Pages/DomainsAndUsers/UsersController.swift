import Administration
import DomainsAndUsers
import Hummingbird
import Mail
import Settings

/// Users of a domain: list with search, add, edit, password, delete.
struct UsersController: Sendable {
    let services: SiteServices

    /// Rows of a page.
    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("domains/:name/users") { request in try await list(request) }
        routes.page("domains/:name/users/add") { request in
            show(UserForm(), user: nil, try await domain(request), .none(request.language), request)
        }
        routes.form("domains/:name/users/add") { request, values in try await add(UserForm(values), request) }
        routes.page("domains/:name/users/:address") { request in
            let user = try await user(request)
            return show(UserForm(user), user: user, try await domain(request), .none(request.language), request)
        }
        routes.form("domains/:name/users/:address") { request, values in try await change(UserForm(values), request) }
        routes.page("domains/:name/users/:address/password") { request in
            showPassword(try await user(request), try await domain(request), .none(request.language), request)
        }
        routes.form("domains/:name/users/:address/password") { request, values in try await setPassword(UserForm(values), request) }
        routes.page("domains/:name/users/:address/password/remove") { request in
            try await confirm(.removePasswordTitle, .removePasswordText, .removePassword, "/password/remove", request)
        }
        routes.form("domains/:name/users/:address/password/remove") { request, _ in
            let user = try await user(request)
            try await services.administration.setUserPassword(nil, of: user.address.description, request.caller)
            return .seeOther(Self.path(user, try await domain(request)), notice: Notice(.passwordRemoved))
        }
        routes.page("domains/:name/users/:address/delete") { request in
            try await confirm(.deleteTitle, .deleteText, .delete, "/delete", request)
        }
        routes.form("domains/:name/users/:address/delete") { request, _ in
            try await services.administration.deleteUser(try await user(request).address.description, request.caller)
            return .seeOther(Self.list(try await domain(request)), notice: Notice(.userDeleted))
        }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let domain = try await domain(request)
        let text = request.query.trimmed("text")
        let cursor = request.query["after"]?.nonEmpty
        let found = try await services.administration.users(
            of: domain.ascii, containing: text, after: cursor, limit: Self.pageSize + 1, request.caller)
        let rows = found.prefix(Self.pageSize)
        let path = Self.list(domain)
        let next = found.count > Self.pageSize ? rows.last?.address.lookupKey : nil
        let view = UserListView(
            domain: DomainHeadView(domain, active: .users), path: path, text: text, isSearch: !text.isEmpty,
            notFound: UserText.notFound.filled(request.language, text),
            rows: rows.map { UserListView.Row($0, path: Self.path($0, domain), request.language) }, hasRows: !rows.isEmpty,
            pager: PagerView(
                next: next.map { PageLink(path).with("text", text).with("after", $0).text },
                first: cursor == nil ? nil : PageLink(path).with("text", text).text, isTimeOrdered: false))
        return services.renderer.page(.users, view, title: domain.unicode, in: .domains, visitor: request.visitor)
    }

    private func add(_ form: UserForm, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let domain = try await domain(request)
        var problems = form.problems
        let (address, entry, password) = (UserForm.full(form.address, domain), form.entry(in: domain), form.password.nonEmpty)
        if problems.isEmpty {
            do throws(AdministrationError) {
                let user = try await services.administration.addUser(address, entry, password: password, request.caller)
                return .seeOther(Self.path(user, domain), notice: Notice(.userAdded))
            } catch {
                problems = try error.formProblems()
            }
        } else {
            problems += try await services.administration.problems(address, entry, password: password, request.caller)
        }
        return show(form, user: nil, domain, FormProblems(problems, request.language), request)
    }

    private func change(_ form: UserForm, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let domain = try await domain(request)
        let user = try await user(request)
        do throws(AdministrationError) {
            _ = try await services.administration.updateUser(user.address.description, form.entry(in: domain), request.caller)
            return .seeOther(Self.path(user, domain), notice: Notice(.userChanged))
        } catch {
            return show(form, user: user, domain, FormProblems(try error.formProblems(), request.language), request)
        }
    }

    private func setPassword(_ form: UserForm, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let domain = try await domain(request)
        let user = try await user(request)
        var problems = form.problems
        if problems.isEmpty {
            do throws(AdministrationError) {
                try await services.administration.setUserPassword(form.password, of: user.address.description, request.caller)
                return .seeOther(Self.path(user, domain), notice: Notice(.passwordSet))
            } catch {
                problems = try error.formProblems()
            }
        } else {
            problems += services.administration.passwordProblems(form.password)
        }
        return showPassword(user, domain, FormProblems(problems, request.language), request)
    }

    private func show(
        _ form: UserForm, user: User?, _ domain: DomainName, _ problems: FormProblems, _ request: AdministratorRequest
    ) -> Response {
        let language = request.language
        let fields = form.fields(isNew: user == nil, minimumPassword: services.administration.minimumPasswordLength, problems, language)
        let path = user.map { Self.path($0, domain) }
        let view = UserFormView(
            title: user?.address.description ?? UserText.addTitle.filled(language, domain.unicode), list: Self.list(domain),
            listTitle: domain.unicode, action: path ?? Self.list(domain) + "/add",
            button: user == nil ? UserText.add[language] : CommonText.save[language], alert: problems.summary(fields: fields.map(\.name)),
            fields: fields, userPath: path,
            passwordState: (user?.hasPassword == true ? UserText.passwordSet : .passwordNone)[language],
            hasPassword: user?.hasPassword == true)
        return page(view, request)
    }

    private func showPassword(
        _ user: User, _ domain: DomainName, _ problems: FormProblems, _ request: AdministratorRequest
    ) -> Response {
        let language = request.language
        let fields = UserForm.passwordFields(isRequired: true, minimum: services.administration.minimumPasswordLength, language).map {
            $0.with(problems)
        }
        let path = Self.path(user, domain)
        let view = UserFormView(
            title: UserText.setPasswordTitle.filled(language, user.address), list: path, listTitle: user.address.description,
            help: UserText.setPasswordHelp[language], action: path + "/password", button: UserText.setPassword[language],
            alert: problems.summary(fields: fields.map(\.name)), fields: fields)
        return page(view, request)
    }

    private func page(_ view: UserFormView, _ request: AdministratorRequest) -> Response {
        services.renderer.page(
            .userForm, view, title: view.title, in: .domains, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private func confirm(
        _ title: UserText, _ text: UserText, _ button: UserText, _ action: String, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let user = try await user(request)
        let path = Self.path(user, try await domain(request))
        let language = request.language
        let view = ConfirmationView(
            title: title.filled(language, user.address), text: text[language], action: path + action, button: button[language],
            cancel: path)
        return services.renderer.page(.confirmation, view, title: view.title, in: .domains, visitor: request.visitor)
    }

    private func domain(_ request: AdministratorRequest) async throws(AdministrationError) -> DomainName {
        try await services.administration.domain(request.parameter("name"), request.caller).name
    }

    /// The user of the path, who belongs to the domain of the path.
    private func user(_ request: AdministratorRequest) async throws(AdministrationError) -> User {
        let user = try await services.administration.user(request.parameter("address"), request.caller)
        guard user.address.domainName == (try await domain(request)) else { throw .notFound(ErrorText.notFoundAdvice.text) }
        return user
    }

    private static func list(_ domain: DomainName) -> String { DomainPath.domain(domain) + "/users" }

    private static func path(_ user: User, _ domain: DomainName) -> String {
        "\(list(domain))/\(PageLink.escape(user.address.description))"
    }
}

/// The page of a domain's users.
struct UserListView: Sendable {
    let domain: DomainHeadView
    let path: String
    let text: String
    let isSearch: Bool
    let notFound: String
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView

    struct Row: Sendable {
        let path: String
        let address: String
        let displayName: String?
        let state: Badge
        let password: String
        let aliases: String?

        /// Aliases shown in the list.
        private static let shownAliases = 3

        init(_ user: User, path: String, _ language: Language) {
            self.path = path
            address = user.address.description
            displayName = user.displayName.nonEmpty
            state =
                user.isEnabled ? Badge(UserText.enabled.text, .good, language) : Badge(UserText.disabled.text, .neutral, language)
            password = (user.hasPassword ? UserText.passwordSet : .passwordNone)[language]
            let more = user.aliases.count - Self.shownAliases
            let shown = user.aliases.prefix(Self.shownAliases).map(\.description)
            aliases = (shown + (more > 0 ? [UserText.moreAliases.filled(language, more)] : [])).joined(separator: ", ").nonEmpty
        }
    }
}
