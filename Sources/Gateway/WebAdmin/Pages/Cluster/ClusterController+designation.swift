import Administration
import Cluster
import Hummingbird
import Settings

/// Which node shall be the primary.
extension ClusterController {
    func confirmDesignation(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let node = try await designee(request)
        let text = node.map { ClusterText.designateText.filled(language, $0.name) } ?? ClusterText.designateAnyText[language]
        var view = ConfirmationView(
            title: ClusterText.designateTitle[language], text: text, action: ClusterNodeRow.designationPath(node?.node),
            button: (node == nil ? ClusterText.designateAny : ClusterText.designate)[language], cancel: SitePath.cluster)
        view.isReversible = true
        return services.renderer.page(.confirmation, view, title: view.title, in: .cluster, visitor: request.visitor)
    }

    /// - Returns: `nil` for any node.
    func designee(_ request: AdministratorRequest) async throws(AdministrationError) -> ClusterNode? {
        let word = request.parameter("id")
        guard word != "any" else { return nil }
        let nodes = try await services.administration.clusterNodes(request.caller)
        guard let node = nodes.first(where: { $0.node.description == word }) else { throw .notFound(ErrorText.notFoundAdvice.text) }
        return node
    }
}
