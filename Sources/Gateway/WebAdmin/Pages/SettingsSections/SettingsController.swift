import Administration
import Cluster
import Hummingbird
import OutsideEngines
import Settings

/// A page for each settings section, made from the section's description alone; so no setting can lack its page. A section of nodes has
/// a page for each node, on every node.
struct SettingsController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("settings") { request in overview(request) }
        routes.page("settings/:section") { request in try await section(request, saving: nil) }
        routes.form("settings/:section") { request, values in try await section(request, saving: values) }
        routes.form("settings/:section/try") { request, values in
            // A path of its own would hide the section's page from the router.
            if request.parameter("section") == CallbackSettings.name { return try await askAboutSender(values, request) }
            if request.parameter("section") == CountrySettings.name { return try await lookUpCountry(values, request) }
            let trial = try await services.administration.tryEngine(request.parameter("section"), request.caller)
            return try await section(request, saving: nil, trial: trial)
        }
    }

    private func overview(_ request: AdministratorRequest) -> Response {
        let view = SettingsOverviewView(menu: SettingsMenuView(active: nil, request.language))
        return services.renderer.page(
            .settings, view, title: SettingsText.title[request.language], in: .settings, visitor: request.visitor)
    }

    private func section(
        _ request: AdministratorRequest, saving values: FormValues?, trial: EngineTrial? = nil
    ) async throws -> Response {
        try await section(request.parameter("section"), request, saving: values, trial: trial)
    }

    private func section(
        _ name: String, _ request: AdministratorRequest, saving values: FormValues?, trial: EngineTrial? = nil,
        sender: SenderTrialView? = nil, country: CountryTrialView? = nil
    ) async throws -> Response {
        guard let description = GatewaySettings.section(name), description.scope != .domain else { throw PageError.notFound }
        let nodes = description.scope == .node ? try await nodeChoice(name, request) : nil
        let path = PageLink("\(SitePath.settings)/\(name)").with("node", nodes?.chosen).text
        let editor = SettingsSectionEditor(
            administration: services.administration, section: name, domain: nil, node: nodes?.chosen, title: nodes?.title,
            lead: nodes?.lead,
            path: path)
        switch try await editor.answer(values, request) {
        case .saved: return .seeOther(path, notice: Notice(.settingsSaved))
        case .show(let section):
            let view = SettingsPageView(
                menu: SettingsMenuView(active: name, request.language), nodes: nodes, section: section,
                engine: engine(name, trial, request),
                sender: name == CallbackSettings.name ? sender ?? SenderTrialView(typed: "", request.language) : nil,
                country: name == CountrySettings.name ? country ?? CountryTrialView(typed: "", request.language) : nil)
            return services.renderer.page(
                .settingsSection, view, title: section.title, in: .settings, visitor: request.visitor,
                status: (sender?.address ?? country?.address)?.problem == nil ? section.status : .unprocessableContent)
        }
    }

    private func lookUpCountry(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let typed = values.trimmed("address")
        var view = CountryTrialView(typed: typed, request.language)
        do throws(AdministrationError) {
            view.show(try services.administration.examineCountry(typed, request.caller), request.language)
        } catch {
            view.address.problem = FormProblems(try error.formProblems(), request.language).at("address")
        }
        return try await section(CountrySettings.name, request, saving: nil, country: view)
    }

    /// The answer is shown at once, and asked for again when the page is sent again.
    private func askAboutSender(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let typed = values.trimmed("address")
        var view = SenderTrialView(typed: typed, request.language)
        do throws(AdministrationError) {
            guard !typed.isEmpty else { throw .invalid([FieldProblem(field: "address", message: FirstStartText.missing.text)]) }
            view.show(try await services.administration.verifySender(typed, request.caller), request.language)
        } catch {
            view.address.problem = FormProblems(try error.formProblems(), request.language).at("address")
        }
        return try await section(CallbackSettings.name, request, saving: nil, sender: view)
    }

    /// What this node knows of the engine whose settings they are.
    private func engine(_ section: String, _ trial: EngineTrial?, _ request: AdministratorRequest) -> EngineView? {
        let standing = services.administration.engines(request.caller).first { $0.engine.name == section }
        guard let standing else { return nil }
        var view = EngineView(standing, nodeName: services.renderer.nodeName, request.language)
        if let trial { view.show(trial, request.language) }
        return view
    }

    /// Which node's settings are meant, by the query; this one's without.
    private func nodeChoice(_ section: String, _ request: AdministratorRequest) async throws(AdministrationError) -> NodeChoiceView {
        let wanted = request.query.trimmed("node")
        let nodes = try await services.administration.settingsInForce(request.caller).nodes.map(\.node)
        return NodeChoiceView(
            nodes, chosen: wanted.nonEmpty, thisNode: services.administration.node, path: "\(SitePath.settings)/\(section)",
            request.language)
    }
}

struct SettingsOverviewView: Sendable {
    let menu: SettingsMenuView
}

struct SettingsPageView: Sendable {
    let menu: SettingsMenuView
    let nodes: NodeChoiceView?
    let section: SettingsSectionView
    var engine: EngineView?
    var sender: SenderTrialView?
    var country: CountryTrialView?
}

/// The nodes whose settings can be looked at.
struct NodeChoiceView: Sendable {
    let items: [Item]
    let hasSeveral: Bool
    let lead: String
    /// Another node's name; `nil`: this node.
    let title: String?
    /// A node's identifier or what was asked for; `nil`: this node.
    let chosen: String?

    struct Item: Sendable {
        let path: String
        let name: String
        let isActive: Bool
    }

    init(_ nodes: [ClusterNode], chosen: String?, thisNode: NodeID, path: String, _ language: Language) {
        self.chosen = chosen
        items = nodes.map { node in
            let isThis = node.node == thisNode
            return Item(
                path: isThis ? path : PageLink(path).with("node", node.node.description).text,
                name: isThis ? SettingsText.thisNode.filled(language, node.name) : node.name,
                isActive: chosen.map { $0 == node.node.description } ?? isThis)
        }
        hasSeveral = items.count > 1
        let other = nodes.first { $0.node != thisNode && [$0.node.description, $0.name].contains(chosen) }
        title = other.map { SettingsText.nodeTitle.filled(language, $0.name) }
        lead =
            (other.map { SettingsText.otherNode.filled(language, $0.name) } ?? SettingsText.nodeLead[language])
            + " " + SettingsText.listenersLater[language]
    }
}

/// The sections that have a page of their own; those of a domain stand on the domain's page.
struct SettingsMenuView: Sendable {
    let shared: [Item]
    let node: [Item]

    struct Item: Sendable {
        let path: String
        let title: String
        let isActive: Bool
        /// Titles of the section's fields, so that the overview tells where a setting is.
        let contents: String
    }

    init(active: String?, _ language: Language) {
        func items(_ scope: SettingsScopeKind) -> [Item] {
            GatewaySettings.sections.filter { $0.scope == scope }.map { section in
                Item(
                    path: "\(SitePath.settings)/\(section.name)", title: section.title[language], isActive: section.name == active,
                    contents: section.fields.prefix(6).map { $0.title[language] }.joined(separator: language == .japanese ? "、" : " · ")
                        + (section.fields.count > 6 ? " …" : ""))
            }
        }
        shared = items(.cluster)
        node = items(.node)
    }
}
