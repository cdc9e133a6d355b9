import Administration
import MessageLog
import Settings

/// The message log and the audit log.
extension AdministrationAPI {
    var messageRoutes: [APIRoute] {
        [
            .get("/messages") { call async throws(APIError) in
                try call.query.allow(
                    "text", "direction", "result", "from", "until", "sender", "recipient", "clientAddress", "messageID", "subject", "node",
                    "minimumBytes", "maximumBytes", "cursor", "limit")
                let filter = try Self.filter(call.query)
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(MessageLogCursor.self)
                let page = try await ask { () async throws(AdministrationError) in
                    try await administration.messages(filter, after: cursor, limit: limit, call.caller)
                }
                return .json(PageDocument(page, limit: limit))
            },
            .get("/messages/{message}") { call async throws(APIError) in
                try call.query.allow()
                let text = call.parameter("message")
                guard let identifier = RecordIdentifier(text) else {
                    throw .administration(
                        .notFound(LocalizedText("There is no message “\(text)” in the log.", ja: "メッセージ「\(text)」はログにありません。")))
                }
                let details = try await ask { () async throws(AdministrationError) in
                    try await administration.message(identifier, call.caller)
                }
                return .json(MessageDocument(details.record, events: details.events))
            },
            .get("/audit") { call async throws(APIError) in
                try call.query.allow("text", "from", "until", "cursor", "limit")
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(AuditCursor.self)
                let filter = AuditFilter(
                    text: call.query.text("text") ?? "", from: try call.query.time("from"), until: try call.query.time("until"))
                let records = try await ask { () async throws(AdministrationError) in
                    try await administration.auditLog(filter, before: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        records, limit: limit, item: AuditDocument.init,
                        cursor: { PageCursor.word(for: AuditCursor(time: $0.time, identifier: $0.identifier)) }))
            },
        ]
    }

    private static func filter(_ query: QueryReader) throws(APIError) -> MessageLogFilter {
        var filter = MessageLogFilter()
        filter.text = query.text("text") ?? ""
        filter.direction = try query.choice("direction", MailDirection.self)
        filter.result = try query.choice("result", MessageResult.self)
        filter.from = try query.time("from")
        filter.until = try query.time("until")
        filter.sender = query.text("sender").flatMap { CorrespondentCondition($0) }
        filter.recipient = query.text("recipient").flatMap { CorrespondentCondition($0) }
        filter.clientAddress = query.text("clientAddress") ?? ""
        filter.messageID = query.text("messageID") ?? ""
        filter.subject = query.text("subject") ?? ""
        filter.node = try query.node("node")
        filter.minimumBytes = try query.quantity("minimumBytes")
        filter.maximumBytes = try query.quantity("maximumBytes")
        return filter
    }
}
