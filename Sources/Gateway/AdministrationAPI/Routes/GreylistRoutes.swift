import Administration
import Filtering
import Settings

/// The greylist.
extension AdministrationAPI {
    var greylistRoutes: [APIRoute] {
        [
            .get("/greylist") { call async throws(APIError) in
                try call.query.allow("state", "text", "cursor", "limit")
                var filter = GreylistFilter()
                filter.state = try call.query.choice("state", GreylistEntry.State.self)
                filter.text = call.query.text("text") ?? ""
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(GreylistCursor.self)
                let wanted = filter
                let entries = try await ask { () async throws(AdministrationError) in
                    try await administration.greylistEntries(wanted, after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        entries, limit: limit, item: GreylistDocument.init, cursor: { PageCursor.word(for: GreylistCursor($0)) }))
            },
            .post("/greylist/delete") { call async throws(APIError) in
                try call.query.allow()
                let entries = try Self.identifiers(call.body)
                let count = try await ask { () async throws(AdministrationError) in
                    try await administration.deleteGreylistEntries(entries, call.caller)
                }
                return .json(AccessListCountDocument(count: count))
            },
        ]
    }
}
