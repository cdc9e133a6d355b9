import Administration
import Cluster
import HTTPTypes
import Hummingbird
import Settings

/// Nodes that leave service, come back, and leave the cluster.
extension ClusterController {
    func addLeavingRoutes(to routes: PageRoutes) {
        routes.page("cluster/nodes/:id/drain") { request in try await confirmDrain(request) }
        routes.form("cluster/nodes/:id/drain") { request, _ in
            try await services.administration.drainNode(named: request.parameter("id"), request.caller)
            return .seeOther(SitePath.cluster, notice: Notice(.nodeDrain))
        }
        routes.page("cluster/nodes/:id/undrain") { request in try await confirmUndrain(request) }
        routes.form("cluster/nodes/:id/undrain") { request, _ in
            try await services.administration.undrainNode(named: request.parameter("id"), request.caller)
            return .seeOther(SitePath.cluster, notice: Notice(.nodeUndrain))
        }
        routes.page("cluster/nodes/:id/remove") { request in try await confirmRemoval(request, problem: nil) }
        routes.form("cluster/nodes/:id/remove") { request, _ in try await remove(request) }
    }

    private func remove(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        do throws(AdministrationError) {
            let removal = try await services.administration.removeNode(named: request.parameter("id"), request.caller)
            return .seeOther(SitePath.cluster, notice: Notice(.nodeRemoved, count: removal.freedRows))
        } catch {
            guard case .conflict(let text) = error else { throw error }
            return try await confirmRemoval(request, problem: text[request.language])
        }
    }

    private func confirmDrain(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let (member, status) = try await member(request)
        let others = status.members.contains {
            $0.node.node != member.node.node && !$0.node.isStopped && $0.node.drainAskedAt == nil
        }
        var view = ConfirmationView(
            title: ClusterNodeText.drainTitle.filled(language, member.node.name),
            text: ClusterNodeText.drainText.filled(language, member.node.name, services.administration.drainGraceSeconds),
            action: ClusterNodeRow.path(member.node.node, "drain"), button: ClusterNodeText.confirmDrain[language],
            cancel: SitePath.cluster)
        view.isReversible = true
        view.problem = others ? nil : ClusterNodeText.drainLast[language]
        return services.renderer.page(.confirmation, view, title: view.title, in: .cluster, visitor: request.visitor)
    }

    private func confirmUndrain(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let node = try await member(request).member.node
        var view = ConfirmationView(
            title: ClusterNodeText.undrainTitle.filled(language, node.name), text: ClusterNodeText.undrainText.filled(language, node.name),
            action: ClusterNodeRow.path(node.node, "undrain"), button: ClusterNodeText.confirmUndrain[language], cancel: SitePath.cluster)
        view.isReversible = true
        return services.renderer.page(.confirmation, view, title: view.title, in: .cluster, visitor: request.visitor)
    }

    private func confirmRemoval(_ request: AdministratorRequest, problem: String?) async throws(AdministrationError) -> Response {
        let language = request.language
        let member = try await member(request).member
        var view = ConfirmationView(
            title: ClusterNodeText.removeTitle.filled(language, member.node.name),
            text: ClusterNodeText.removeText.filled(language, member.node.name, ShownValue.number(member.held.total)),
            action: ClusterNodeRow.path(member.node.node, "remove"), button: ClusterNodeText.confirmRemove[language],
            cancel: SitePath.cluster)
        view.problem = problem
        return services.renderer.page(
            .confirmation, view, title: view.title, in: .cluster, visitor: request.visitor, status: problem == nil ? .ok : .conflict)
    }

    private func member(
        _ request: AdministratorRequest
    ) async throws(AdministrationError) -> (member: ClusterStatus.Member, status: ClusterStatus) {
        let status = try await services.administration.cluster(request.caller)
        let word = request.parameter("id")
        guard let found = status.members.first(where: { $0.node.node.description == word }) else {
            throw .notFound(ErrorText.notFoundAdvice.text)
        }
        return (found, status)
    }
}
