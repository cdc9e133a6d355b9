import Administration
import Cluster
import HTTPTypes
import Hummingbird
import Settings

/// The cluster: its nodes, their registration keys, and what a further node needs. A new key stands in the answer to the form and nowhere
/// else.
struct ClusterController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("cluster") { request in try await overview(request) }
        routes.page("cluster/add") { request in addPage("", .none(request.language), request) }
        routes.form("cluster/add") { request, values in try await issue(values, request) }
        routes.page("cluster/designate/:id") { request in try await confirmDesignation(request) }
        routes.form("cluster/designate/:id") { request, _ in
            try await services.administration.designatePrimary(named: try await designee(request)?.node.description, request.caller)
            return .seeOther(SitePath.cluster, notice: Notice(.primaryDesignated))
        }
        addLeavingRoutes(to: routes)
        routes.page("cluster/events") { request in try await events(request) }
        routes.page("cluster/keys/:id/revoke") { request in try await confirm(request) }
        routes.form("cluster/keys/:id/revoke") { request, _ in
            try await services.administration.revokeRegistrationKey(try await existing(request).identifier, request.caller)
            return .seeOther(SitePath.cluster, notice: Notice(.registrationKeyRevoked))
        }
    }

    private func overview(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let status = try await services.administration.cluster(request.caller)
        let keys = try await services.administration.registrationKeys(request.caller)
        let view = ClusterView(
            folders: FolderTableView(
                try await services.administration.folderOverview(request.caller), onDirectoriesPage: false, request.language),
            status: status, keys: keys, ownNode: services.administration.node, language: request.language)
        return services.renderer.page(.cluster, view, title: ClusterText.title[request.language], in: .cluster, visitor: request.visitor)
    }

    private func issue(_ values: FormValues, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let note = values.trimmed("note")
        do throws(AdministrationError) {
            let issued = try await services.administration.issueRegistrationKey(note: note, request.caller)
            let view = IssuedKeyView(key: issued.text, place: services.administration.joiningPlace)
            return services.renderer.page(
                .clusterKey, view, title: ClusterText.add[request.language], in: .cluster, visitor: request.visitor)
        } catch {
            return addPage(note, FormProblems(try error.formProblems(), request.language), request)
        }
    }

    private func addPage(_ note: String, _ problems: FormProblems, _ request: AdministratorRequest) -> Response {
        let view = AddNodeView(note: note, problems: problems, place: services.administration.joiningPlace, language: request.language)
        return services.renderer.page(
            .clusterAdd, view, title: ClusterText.add[request.language], in: .cluster, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private func confirm(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let key = try await existing(request)
        let language = request.language
        let text = key.binding.map { ClusterText.revokeBound.filled(language, $0.nodeName) } ?? ClusterText.revokeFree[language]
        let view = ConfirmationView(
            title: ClusterText.revokeTitle[language], text: text, action: "\(SitePath.cluster)/keys/\(key.identifier)/revoke",
            button: ClusterText.revoke[language], cancel: SitePath.cluster)
        return services.renderer.page(.confirmation, view, title: view.title, in: .cluster, visitor: request.visitor)
    }

    private func existing(_ request: AdministratorRequest) async throws(AdministrationError) -> RegistrationKey {
        let identifier = RecordIdentifier(request.parameter("id"))
        let all = try await services.administration.registrationKeys(request.caller)
        guard let found = all.first(where: { $0.identifier == identifier }) else { throw .notFound(ErrorText.notFoundAdvice.text) }
        return found
    }
}

struct ClusterView: Sendable {
    /// All of them have a page of their own.
    private static let shownEvents = 8

    let folders: FolderTableView
    let primary: String
    let designated: String
    /// `nil`: any node may be the primary already.
    let anyPath: String?
    let takeover: String
    let nodes: [ClusterNodeRow]
    let events: [ClusterEventRow]
    let hasEvents: Bool
    let eventsPath: String
    let keys: [KeyRow]
    let hasKeys: Bool

    init(folders: FolderTableView, status: ClusterStatus, keys: [RegistrationKey], ownNode: NodeID, language: Language) {
        self.folders = folders
        primary = status.holder?.name ?? ClusterText.noPrimary[language]
        designated = status.designated?.name ?? ClusterText.anyNode[language]
        anyPath = status.primary.designated == nil ? nil : ClusterNodeRow.designationPath(nil)
        takeover = (status.takesOver ? ClusterText.takeoverOn : ClusterText.takeoverOff)[language]
        nodes = status.members.map { ClusterNodeRow($0, isOwn: $0.node.node == ownNode, language) }
        events = status.history.prefix(Self.shownEvents).map { ClusterEventRow($0, language) }
        hasEvents = !events.isEmpty
        eventsPath = SitePath.clusterEvents
        self.keys = keys.map { KeyRow($0, ownNode: ownNode, language) }
        hasKeys = !keys.isEmpty
    }

    struct KeyRow: Sendable {
        let identifier: String
        let note: String
        let state: Badge
        let node: String
        let issued: String
        /// `nil`: it is revoked, or the key of the node that is asked.
        let revokePath: String?

        init(_ key: RegistrationKey, ownNode: NodeID, _ language: Language) {
            identifier = key.identifier.description
            note = key.note
            node = key.binding?.nodeName ?? "-"
            issued = ShownValue.time(key.createdAt)
            switch key.state {
            case .free: state = Badge(ClusterText.free.text, .neutral, language)
            case .bound: state = Badge(ClusterText.bound.text, .good, language)
            case .revoked: state = Badge(ClusterText.revoked.text, .warning, language)
            }
            let isRevocable = key.state != .revoked && key.binding?.node != ownNode
            revokePath = isRevocable ? "\(SitePath.cluster)/keys/\(key.identifier)/revoke" : nil
        }
    }
}

struct AddNodeView: Sendable {
    let alert: AlertView?
    let field: FieldView
    /// `nil`: the database is embedded.
    let command: String?
    let isLoopback: Bool

    init(note: String, problems: FormProblems, place: JoiningPlace, language: Language) {
        var field = FieldView("note", ClusterText.note[language], value: note)
        field.help = ClusterText.noteHelp[language]
        field.maximumLength = RegistrationKey.maximumNoteBytes
        field.problem = problems.at("note")
        self.field = field
        alert = problems.summary(fields: ["note"])
        command = place.command
        isLoopback = place.server?.isLoopback ?? false
    }
}

struct IssuedKeyView: Sendable {
    let key: String
    let command: String?
    let isLoopback: Bool

    init(key: String, place: JoiningPlace) {
        self.key = key
        command = place.command
        isLoopback = place.server?.isLoopback ?? false
    }
}
