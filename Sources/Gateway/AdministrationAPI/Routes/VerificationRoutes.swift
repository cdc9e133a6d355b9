import Administration
import DomainsAndUsers
import Mail
import Settings
import UserVerification

/// User verification of a domain: asking now, what is known, forgetting.
extension AdministrationAPI {
    var verificationRoutes: [APIRoute] {
        [
            .get("/domains/{name}/verification") { call async throws(APIError) in
                try call.query.allow()
                let name = try await domain(call).name.ascii
                let standing = try await ask { () async throws(AdministrationError) in
                    try await administration.verificationStanding(of: name, call.caller)
                }
                return .json(VerificationStandingDocument(standing))
            },
            .post("/domains/{name}/verification/verify") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let address = reader.requiredString("address")
                try reader.finish()
                let name = try await domain(call).name.ascii
                let examination = try await ask { () async throws(AdministrationError) in
                    try await administration.verifyRecipient(address, of: name, call.caller)
                }
                return .json(VerificationDocument(examination))
            },
            .post("/domains/{name}/verification/forget") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let address = reader.string("address")
                try reader.finish()
                let name = try await domain(call).name.ascii
                let count = try await ask { () async throws(AdministrationError) in
                    try await administration.forgetVerifications(of: name, address: address, call.caller)
                }
                return .json(RecipientCountDocument(count: count))
            },
        ]
    }
}
