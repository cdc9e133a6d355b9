import Administration
import DomainsAndUsers
import Mail
import SenderAuthentication
import Settings

/// The keys that mail of a domain is signed with.
extension AdministrationAPI {
    var signingKeyRoutes: [APIRoute] {
        [
            .get("/domains/{name}/signing-keys") { call async throws(APIError) in
                try call.query.allow()
                let domain = try await domain(call)
                return .json(PageDocument(all: domain.signingKeys.map { SigningKeyDocument($0, of: domain.name) }))
            },
            .post("/domains/{name}/signing-keys") { call async throws(APIError) in
                try call.query.allow()
                let input = try Self.signingKeyInput(call.body)
                let name = try await domain(call).name
                let key = try await ask { () async throws(AdministrationError) in
                    try await administration.createSigningKey(input, for: name.ascii, call.caller)
                }
                return .created(SigningKeyDocument(key, of: name), at: "/domains/\(name.ascii)/signing-keys/\(key.selector)")
            },
            .get("/domains/{name}/signing-keys/{selector}") { call async throws(APIError) in
                try call.query.allow()
                let name = try await domain(call).name
                let key = try await ask { () async throws(AdministrationError) in
                    try await administration.signingKey(call.parameter("selector"), of: name.ascii, call.caller)
                }
                return .json(SigningKeyDocument(key, of: name))
            },
            .post("/domains/{name}/signing-keys/{selector}/activate") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                try reader.finish()
                let name = try await domain(call).name
                let key = try await ask { () async throws(AdministrationError) in
                    try await administration.activateSigningKey(call.parameter("selector"), of: name.ascii, call.caller)
                }
                return .json(SigningKeyDocument(key, of: name))
            },
            .delete("/domains/{name}/signing-keys/{selector}") { call async throws(APIError) in
                try call.query.allow()
                let name = try await domain(call).name
                try await ask { () async throws(AdministrationError) in
                    try await administration.removeSigningKey(call.parameter("selector"), of: name.ascii, call.caller)
                }
                return .noContent
            },
        ]
    }

    private static func signingKeyInput(_ body: JSONValue) throws(APIError) -> SigningKeyInput {
        var reader = try JSONObjectReader(body)
        let selector = reader.string("selector") ?? ""
        let kind = reader.choice("kind", DKIMSigningKey.Kind.self) ?? .rsa
        try reader.finish()
        return SigningKeyInput(selector: selector, kind: kind)
    }
}
