import Administration

/// Call-back verification of senders.
extension AdministrationAPI {
    var callbackRoutes: [APIRoute] {
        [
            .post("/callback/verify") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let address = reader.requiredString("address")
                try reader.finish()
                let examination = try await ask { () async throws(AdministrationError) in
                    try await administration.verifySender(address, call.caller)
                }
                return .json(SenderTrialDocument(examination))
            }
        ]
    }
}
