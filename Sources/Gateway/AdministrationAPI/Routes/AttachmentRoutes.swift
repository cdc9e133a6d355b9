import Administration
import MessageLog
import Settings

/// Stripped attachments.
extension AdministrationAPI {
    var attachmentRoutes: [APIRoute] {
        [
            .get("/attachments") { call async throws(APIError) in
                try call.query.allow("text", "message", "cursor", "limit")
                var filter = StrippedAttachmentFilter()
                filter.text = call.query.text("text") ?? ""
                filter.message = try call.query.identifier("message")
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(StrippedAttachmentCursor.self)
                let wanted = filter
                let found = try await ask { () async throws(AdministrationError) in
                    try await administration.strippedAttachments(wanted, after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        found, limit: limit, item: AttachmentDocument.init,
                        cursor: { PageCursor.word(for: StrippedAttachmentCursor(createdAt: $0.createdAt, identifier: $0.identifier)) }))
            },
            .post("/attachments/delete") { call async throws(APIError) in
                try call.query.allow()
                let entries = try Self.identifiers(call.body)
                let count = try await ask { () async throws(AdministrationError) in
                    try await administration.deleteStripped(entries, call.caller)
                }
                return .json(AccessListCountDocument(count: count))
            },
            .post("/attachments/extend") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let entries = Self.identifiers(&reader)
                let days = reader.integer("days", in: 1...Administration.maximumExtensionDays)
                try reader.finish()
                let count = try await ask { () async throws(AdministrationError) in
                    try await administration.extendStripped(entries, days: days ?? 30, call.caller)
                }
                return .json(AccessListCountDocument(count: count))
            },
        ]
    }
}
