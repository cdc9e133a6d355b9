import Administration
import DomainsAndUsers
import Settings

/// Who may sign in to the pages.
extension AdministrationAPI {
    var administratorRoutes: [APIRoute] {
        [
            .get("/administrators") { call async throws(APIError) in
                try call.query.allow()
                let all = try await ask { () async throws(AdministrationError) in try await administration.administrators(call.caller) }
                return .json(PageDocument(all: all.map(AdministratorDocument.init)))
            },
            .post("/administrators") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let name = reader.requiredString("name")
                let password = reader.requiredString("password")
                let language = reader.choice("language", Language.self) ?? .english
                try reader.finish()
                let administrator = try await ask { () async throws(AdministrationError) in
                    try await administration.addAdministrator(name: name, password: password, language: language, call.caller)
                }
                return .created(AdministratorDocument(administrator), at: "/administrators/\(administrator.name)")
            },
            .put("/administrators/{name}/password") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let password = reader.requiredString("password")
                try reader.finish()
                try await ask { () async throws(AdministrationError) in
                    try await administration.setPassword(password, of: call.parameter("name"), call.caller)
                }
                return .noContent
            },
            .delete("/administrators/{name}") { call async throws(APIError) in
                try call.query.allow()
                try await ask { () async throws(AdministrationError) in
                    try await administration.deleteAdministrator(call.parameter("name"), call.caller)
                }
                return .noContent
            },
        ]
    }
}
