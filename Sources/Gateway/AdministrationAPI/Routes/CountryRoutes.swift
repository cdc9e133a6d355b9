import Administration

/// Country screening.
extension AdministrationAPI {
    var countryRoutes: [APIRoute] {
        [
            .get("/countries/{address}") { call async throws(APIError) in
                try call.query.allow()
                let address = call.parameter("address")
                let examination = try await ask { () async throws(AdministrationError) in
                    try administration.examineCountry(address, call.caller)
                }
                return .json(CountryDocument(examination))
            }
        ]
    }
}
