import Administration
import Cluster
import HTTPTypes
import Settings

/// What the node and the cluster are doing.
extension AdministrationAPI {
    var statusRoutes: [APIRoute] {
        [
            .get("/status") { call async throws(APIError) in
                try call.query.allow()
                return .json(StatusDocument(await administration.status(call.caller), node: administration.node))
            },
            // 503 for whoever reads only the status line, such as a load balancer.
            .get("/health") { call async throws(APIError) in
                try call.query.allow()
                let health = await administration.status(call.caller).health
                return .json(HealthDocument(health), status: health.isWorking ? .ok : .serviceUnavailable)
            },
            .get("/nodes") { call async throws(APIError) in
                try call.query.allow()
                return .json(PageDocument(all: try await clusterNodes().map(NodeDocument.init)))
            },
        ]
    }

    private func clusterNodes() async throws(APIError) -> [ClusterNode] {
        do throws(NodeRegistryError) {
            return try await nodes.nodes()
        } catch {
            throw .administration(.unavailable(cause: error.description))
        }
    }
}
