import Administration
import Filtering
import Settings

/// Sieve scripts, and what they would do.
extension AdministrationAPI {
    var sieveRoutes: [APIRoute] {
        [
            .get("/sieve-scripts") { call async throws(APIError) in
                try call.query.allow("cursor", "limit")
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(String.self)
                let scripts = try await ask { () async throws(AdministrationError) in
                    try await administration.sieveScripts(after: cursor.flatMap { SieveOwner(key: $0) }, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        scripts, limit: limit, item: { SieveScriptDocument($0, withText: false) },
                        cursor: { PageCursor.word(for: $0.owner.key) }))
            },
            .post("/sieve-scripts/check") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let text = reader.requiredString("script")
                try reader.finish()
                return .json(SieveCheckDocument(administration.checkSieveScript(text, call.caller)))
            },
            .post("/sieve-scripts/try") { call async throws(APIError) in
                try call.query.allow()
                let input = try Self.sieveTrialInput(call.body)
                let trial = try await ask { () async throws(AdministrationError) in
                    try await administration.trySieve(input, call.caller)
                }
                return .json(SieveTrialDocument(trial))
            },
            .get("/sieve-scripts/{owner}") { call async throws(APIError) in
                try call.query.allow()
                let owner = try Self.sieveOwner(call)
                let script = try await ask { () async throws(AdministrationError) in
                    try await administration.sieveScript(of: owner, call.caller)
                }
                return .json(SieveScriptDocument(script, withText: true))
            },
            .put("/sieve-scripts/{owner}") { call async throws(APIError) in
                try call.query.allow()
                let owner = try Self.sieveOwner(call)
                var reader = try JSONObjectReader(call.body)
                var input = SieveScriptInput(name: reader.requiredString("name"), text: reader.requiredString("script"))
                input.isActive = reader.boolean("active") ?? true
                try reader.finish()
                let script = try await ask { [input] () async throws(AdministrationError) in
                    try await administration.putSieveScript(input, of: owner, call.caller)
                }
                return .json(SieveScriptDocument(script, withText: true))
            },
            .delete("/sieve-scripts/{owner}") { call async throws(APIError) in
                try call.query.allow()
                let owner = try Self.sieveOwner(call)
                try await ask { () async throws(AdministrationError) in
                    try await administration.deleteSieveScript(of: owner, call.caller)
                }
                return .noContent
            },
        ]
    }

    private static func sieveOwner(_ call: APICall) throws(APIError) -> SieveOwner {
        guard let owner = SieveOwner(key: call.parameter("owner")) else {
            throw .administration(.notFound(LocalizedText("There is no such script.", ja: "このスクリプトはありません。")))
        }
        return owner
    }

    private static func sieveTrialInput(_ body: JSONValue) throws(APIError) -> SieveTrialInput {
        var reader = try JSONObjectReader(body)
        var input = SieveTrialInput()
        input.message = reader.string("message") ?? ""
        if let text = reader.string("stored") {
            input.stored = RecordIdentifier(text)
            if input.stored == nil { reader.note("stored", "32 hexadecimal digits are expected", ja: "32 桁の 16 進数を指定してください") }
        }
        input.sender = reader.string("sender") ?? ""
        input.recipient = reader.requiredString("recipient")
        input.draft = reader.string("script")
        if let key = reader.string("owner") {
            if let owner = SieveOwner(key: key) {
                input.owner = owner
            } else {
                reader.note("owner", "“cluster”, a domain or an address is expected", ja: "cluster、ドメイン、アドレスのいずれかを指定してください")
            }
        }
        if let text = reader.string("score") {
            do throws(SettingsValueError) {
                input.score = try FilterScore.parse(text)
            } catch {
                reader.note("score", "a score such as 3.5 is expected", ja: "3.5 のようなスコアを指定してください")
            }
        }
        try reader.finish()
        return input
    }
}
