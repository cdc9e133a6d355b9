import Administration
import Quarantine
import Settings

/// The quarantine.
extension AdministrationAPI {
    var quarantineRoutes: [APIRoute] {
        [
            .get("/quarantine") { call async throws(APIError) in
                try call.query.allow("text", "kind", "user", "cursor", "limit")
                var filter = QuarantineFilter()
                filter.text = call.query.text("text") ?? ""
                filter.kind = try call.query.choice("kind", QuarantineKind.self)
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(QuarantineCursor.self)
                let wanted = filter
                let user = call.query.text("user")
                let messages = try await ask { () async throws(AdministrationError) in
                    try await administration.quarantine(wanted, ofUser: user, after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        messages, limit: limit, item: { QuarantineDocument($0) },
                        cursor: { PageCursor.word(for: QuarantineCursor(quarantinedAt: $0.quarantinedAt, message: $0.message)) }))
            },
            .post("/quarantine/release") { call async throws(APIError) in
                try call.query.allow()
                let (messages, user) = try Self.selection(call.body)
                let done = try await ask { () async throws(AdministrationError) in
                    try await administration.releaseFromQuarantine(messages, ofUser: user, call.caller)
                }
                return .json(QuarantineResultDocument(done: done.map(\.description)))
            },
            .post("/quarantine/delete") { call async throws(APIError) in
                try call.query.allow()
                let (messages, user) = try Self.selection(call.body)
                let done = try await ask { () async throws(AdministrationError) in
                    try await administration.deleteFromQuarantine(messages, ofUser: user, call.caller)
                }
                return .json(QuarantineResultDocument(done: done.map(\.description)))
            },
            .get("/quarantine/{message}") { call async throws(APIError) in
                try call.query.allow()
                let text = call.parameter("message")
                guard let identifier = RecordIdentifier(text) else {
                    throw .administration(
                        .notFound(LocalizedText("There is no message “\(text)” in quarantine.", ja: "メッセージ「\(text)」は隔離されていません。")))
                }
                let message = try await ask { () async throws(AdministrationError) in
                    try await administration.quarantinedMessage(identifier, call.caller)
                }
                return .json(QuarantineDocument(message, content: await administration.quarantinedContent(of: message, call.caller)))
            },
        ]
    }

    /// The messages, and whose copies of them; `nil`: everybody's.
    private static func selection(_ body: JSONValue) throws(APIError) -> (messages: [RecordIdentifier], user: String?) {
        var reader = try JSONObjectReader(body)
        let messages = identifiers(&reader)
        let user = reader.string("user")
        try reader.finish()
        return (messages, user)
    }
}
