import Administration

/// Scoring.
extension AdministrationAPI {
    var scoringRoutes: [APIRoute] {
        [
            .get("/scoring") { call async throws(APIError) in
                try call.query.allow()
                let overview = try await ask { () async throws(AdministrationError) in try await administration.scoring(call.caller) }
                return .json(ScoringDocument(overview))
            }
        ]
    }
}
