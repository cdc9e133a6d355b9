import Administration

/// The cluster: its nodes, which of them is the primary, and which shall be.
extension AdministrationAPI {
    var clusterRoutes: [APIRoute] {
        [
            .get("/cluster") { call async throws(APIError) in
                try call.query.allow()
                return .json(
                    ClusterDocument(
                        try await ask { () async throws(AdministrationError) in try await administration.cluster(call.caller) }))
            },
            .put("/cluster/designated") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let node = reader.string("node")
                try reader.finish()
                try await ask { () async throws(AdministrationError) in
                    try await administration.designatePrimary(named: node, call.caller)
                }
                return .noContent
            },
        ]
    }
}
