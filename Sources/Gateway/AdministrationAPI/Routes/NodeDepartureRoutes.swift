import Administration
import Cluster

/// Nodes that leave service, come back, and leave the cluster; and the cluster's history.
extension AdministrationAPI {
    var nodeDepartureRoutes: [APIRoute] {
        [
            .put("/cluster/nodes/{node}/drain") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                try reader.finish()
                try await ask { () async throws(AdministrationError) in
                    _ = try await administration.drainNode(named: call.parameter("node"), call.caller)
                }
                return .noContent
            },
            .delete("/cluster/nodes/{node}/drain") { call async throws(APIError) in
                try call.query.allow()
                try await ask { () async throws(AdministrationError) in
                    _ = try await administration.undrainNode(named: call.parameter("node"), call.caller)
                }
                return .noContent
            },
            .delete("/cluster/nodes/{node}") { call async throws(APIError) in
                try call.query.allow()
                let removal = try await ask { () async throws(AdministrationError) in
                    try await administration.removeNode(named: call.parameter("node"), call.caller)
                }
                return .json(NodeRemovalDocument(removal))
            },
            .get("/cluster/events") { call async throws(APIError) in
                try call.query.allow("cursor", "limit")
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(AuditCursor.self)
                let records = try await ask { () async throws(AdministrationError) in
                    try await administration.clusterEvents(before: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        records, limit: limit, item: ClusterDocument.Event.init,
                        cursor: { PageCursor.word(for: AuditCursor(time: $0.time, identifier: $0.identifier)) }))
            },
        ]
    }
}
