import Administration
import OutsideEngines

/// Outside engines.
extension AdministrationAPI {
    var engineRoutes: [APIRoute] {
        [
            .get("/engines") { call async throws(APIError) in
                try call.query.allow()
                return .json(PageDocument(all: administration.engines(call.caller).map(EngineDocument.init)))
            },
            .post("/engines/{engine}/try") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                try reader.finish()
                let name = call.parameter("engine")
                let trial = try await ask { () async throws(AdministrationError) in
                    try await administration.tryEngine(name, call.caller)
                }
                return .json(EngineTrialDocument(trial))
            },
        ]
    }
}
