import Administration
import HTTPTypes
import NIOCore
import Settings

/// Export and import of settings, domains, users and lists.
extension AdministrationAPI {
    var configurationRoutes: [APIRoute] {
        [
            .get("/settings-export") { call async throws(APIError) in
                try call.query.allow()
                return try await export(includesSecrets: false, call)
            },
            // Not a GET: a key that may only read gets no secrets.
            .post("/settings-export") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let includesSecrets = reader.boolean("secrets") ?? false
                try reader.finish()
                return try await export(includesSecrets: includesSecrets, call)
            },
            .upload("/settings-import", maximumBytes: ConfigurationFile.maximumBytes) { call async throws(APIError) in
                try call.query.allow("check", "revision")
                let bytes = call.file.readableBytesView
                if try call.query.choice("check", Flag.self) == .true {
                    let plan = try await ask { () async throws(AdministrationError) in
                        try await administration.planImport(of: bytes, call.caller)
                    }
                    return .json(ConfigurationPlanDocument(plan, revision: plan.revision))
                }
                let basedOn = try call.query.quantity("revision").map { SettingsRevision(Int64($0)) }
                let (revision, plan) = try await ask { () async throws(AdministrationError) in
                    try await administration.importConfiguration(bytes, basedOn: basedOn, call.caller)
                }
                return .json(ConfigurationPlanDocument(plan, revision: revision))
            },
        ]
    }

    private enum Flag: String, CaseIterable {
        case `true`, `false`
    }

    private func export(includesSecrets: Bool, _ call: APICall) async throws(APIError) -> APIResponse {
        let file = try await ask { () async throws(AdministrationError) in
            try await administration.exportConfiguration(includesSecrets: includesSecrets, call.caller)
        }
        return APIResponse(status: .ok, headers: [.contentType: "application/json"], body: ByteBuffer(bytes: file))
    }
}
