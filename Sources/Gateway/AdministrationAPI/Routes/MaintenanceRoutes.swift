import Administration

/// Removing what is old.
extension AdministrationAPI {
    var maintenanceRoutes: [APIRoute] {
        [
            .get("/maintenance") { call async throws(APIError) in
                try call.query.allow()
                let runs = try await ask { () async throws(AdministrationError) in
                    try await administration.maintenanceRuns(call.caller)
                }
                return .json(PageDocument(all: runs.map(MaintenanceDocument.init)))
            },
            .get("/maintenance/text-index") { call async throws(APIError) in
                try call.query.allow()
                let reach = try await ask { () async throws(AdministrationError) in
                    try await administration.textIndexReach(call.caller)
                }
                return .json(TextIndexDocument(reach))
            },
            .post("/maintenance/run") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                try reader.finish()
                try await ask { () async throws(AdministrationError) in try await administration.runMaintenance(call.caller) }
                return .noContent
            },
        ]
    }
}
