import Administration
import DomainsAndUsers
import Settings

/// Keys of the API. A caller that is a key itself may only list them.
extension AdministrationAPI {
    var apiKeyRoutes: [APIRoute] {
        [
            .get("/api-keys") { call async throws(APIError) in
                try call.query.allow()
                let keys = try await ask { () async throws(AdministrationError) in try await administration.apiKeys(call.caller) }
                return .json(PageDocument(all: keys.map { APIKeyDocument($0) }))
            },
            .post("/api-keys") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let name = reader.requiredString("name")
                let access = reader.choice("access", APIKeyAccess.self) ?? .read
                let days = reader.integer("days", in: 1...Administration.maximumAPIKeyDays) ?? Administration.usualAPIKeyDays
                try reader.finish()
                let made = try await ask { () async throws(AdministrationError) in
                    try await administration.createAPIKey(name: name, access: access, days: days, call.caller)
                }
                return .created(APIKeyDocument(made.key, text: made.text), at: "/api-keys/\(made.key.identifier)")
            },
            .delete("/api-keys/{key}") { call async throws(APIError) in
                try call.query.allow()
                let text = call.parameter("key")
                guard let identifier = RecordIdentifier(text) else {
                    throw .administration(
                        .notFound(LocalizedText("There is no valid API key “\(text)”.", ja: "有効な API キー「\(text)」はありません。")))
                }
                try await ask { () async throws(AdministrationError) in
                    try await administration.revokeAPIKey(identifier, call.caller)
                }
                return .noContent
            },
        ]
    }
}
