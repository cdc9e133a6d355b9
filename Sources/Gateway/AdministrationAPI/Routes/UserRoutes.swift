import Administration
import DomainsAndUsers
import Mail
import Settings

/// Users of protected domains.
extension AdministrationAPI {
    var userRoutes: [APIRoute] { userListRoutes + userChangeRoutes }

    private var userListRoutes: [APIRoute] {
        [
            .get("/domains/{name}/users") { call async throws(APIError) in
                try call.query.allow("text", "cursor", "limit")
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(String.self)
                let name = try await domain(call).name.ascii
                let users = try await ask { () async throws(AdministrationError) in
                    try await administration.users(
                        of: name, containing: call.query.text("text") ?? "", after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(users, limit: limit, item: UserDocument.init, cursor: { PageCursor.word(for: $0.address.lookupKey) }))
            },
            .post("/users") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let address = reader.requiredString("address")
                let password = reader.string("password")
                let entry = Self.userEntry(&reader)
                try reader.finish()
                let user = try await ask { () async throws(AdministrationError) in
                    try await administration.addUser(address, entry, password: password, call.caller)
                }
                return .created(UserDocument(user), at: "/users/\(user.address)")
            },
        ]
    }

    private var userChangeRoutes: [APIRoute] {
        [
            .get("/users/{address}") { call async throws(APIError) in
                try call.query.allow()
                let user = try await ask { () async throws(AdministrationError) in
                    try await administration.user(call.parameter("address"), call.caller)
                }
                return .json(UserDocument(user))
            },
            .put("/users/{address}") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let entry = Self.userEntry(&reader)
                try reader.finish()
                let user = try await ask { () async throws(AdministrationError) in
                    try await administration.updateUser(call.parameter("address"), entry, call.caller)
                }
                return .json(UserDocument(user))
            },
            .delete("/users/{address}") { call async throws(APIError) in
                try call.query.allow()
                try await ask { () async throws(AdministrationError) in
                    try await administration.deleteUser(call.parameter("address"), call.caller)
                }
                return .noContent
            },
            .put("/users/{address}/password") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let password = reader.requiredString("password")
                try reader.finish()
                return try await setUserPassword(password, call)
            },
            .delete("/users/{address}/password") { call async throws(APIError) in
                try call.query.allow()
                return try await setUserPassword(nil, call)
            },
        ]
    }

    private func setUserPassword(_ password: String?, _ call: APICall) async throws(APIError) -> APIResponse {
        try await ask { () async throws(AdministrationError) in
            try await administration.setUserPassword(password, of: call.parameter("address"), call.caller)
        }
        return .noContent
    }

    private static func userEntry(_ reader: inout JSONObjectReader) -> UserEntry {
        UserEntry(
            displayName: reader.string("displayName") ?? "", isEnabled: reader.boolean("isEnabled") ?? true,
            aliases: reader.strings("aliases") ?? [])
    }
}
