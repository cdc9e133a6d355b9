import Administration
import Cluster
import Settings

/// Registration keys of nodes. A caller that is an API key may only list them.
extension AdministrationAPI {
    var registrationKeyRoutes: [APIRoute] {
        [
            .get("/registration-keys") { call async throws(APIError) in
                try call.query.allow()
                let keys = try await ask { () async throws(AdministrationError) in
                    try await administration.registrationKeys(call.caller)
                }
                return .json(PageDocument(all: keys.map { RegistrationKeyDocument($0) }))
            },
            .post("/registration-keys") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let note = reader.string("note") ?? ""
                try reader.finish()
                let issued = try await ask { () async throws(AdministrationError) in
                    try await administration.issueRegistrationKey(note: note, call.caller)
                }
                return .created(
                    RegistrationKeyDocument(issued.key, text: issued.text), at: "/registration-keys/\(issued.key.identifier)")
            },
            .delete("/registration-keys/{key}") { call async throws(APIError) in
                try call.query.allow()
                let text = call.parameter("key")
                guard let identifier = RecordIdentifier(text) else {
                    throw .administration(
                        .notFound(LocalizedText("There is no valid registration key “\(text)”.", ja: "有効な登録キー「\(text)」はありません。")))
                }
                try await ask { () async throws(AdministrationError) in
                    try await administration.revokeRegistrationKey(identifier, call.caller)
                }
                return .noContent
            },
        ]
    }
}
