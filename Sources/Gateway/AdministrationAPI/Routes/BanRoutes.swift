import Administration
import Screening
import Settings

/// Bans of dynamic screening, and sign-ins that were refused.
extension AdministrationAPI {
    var banRoutes: [APIRoute] {
        [
            .get("/bans") { call async throws(APIError) in
                try call.query.allow("kind", "text", "cursor", "limit")
                var filter = BanFilter()
                filter.kind = try call.query.choice("kind", BanSubject.Kind.self)
                filter.text = call.query.text("text") ?? ""
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(ScreeningCursor.self)
                let wanted = filter
                let bans = try await ask { () async throws(AdministrationError) in
                    try await administration.bans(wanted, after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        bans, limit: limit, item: BanDocument.init,
                        cursor: { PageCursor.word(for: ScreeningCursor(time: $0.begunAt, identifier: $0.identifier)) }))
            },
            .post("/bans") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let input = BanInput(
                    subject: reader.requiredString("subject"), minutes: reader.integer("minutes", in: 1...BanInput.longestMinutes),
                    note: reader.string("note") ?? "")
                try reader.finish()
                let ban = try await ask { () async throws(AdministrationError) in try await administration.addBan(input, call.caller) }
                return .created(BanDocument(ban), at: "/bans")
            },
            .post("/bans/lift") { call async throws(APIError) in
                try call.query.allow()
                let entries = try Self.identifiers(call.body)
                let count = try await ask { () async throws(AdministrationError) in
                    try await administration.liftBans(entries, call.caller)
                }
                return .json(AccessListCountDocument(count: count))
            },
            .get("/sign-in-refusals") { call async throws(APIError) in
                try call.query.allow("way", "text", "cursor", "limit")
                var filter = SignInRefusalFilter()
                filter.way = try call.query.choice("way", SignInRefusal.Way.self)
                filter.text = call.query.text("text") ?? ""
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(ScreeningCursor.self)
                let wanted = filter
                let refusals = try await ask { () async throws(AdministrationError) in
                    try await administration.signInRefusals(wanted, after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        refusals, limit: limit, item: SignInRefusalDocument.init,
                        cursor: { PageCursor.word(for: ScreeningCursor(time: $0.time, identifier: $0.identifier)) }))
            },
        ]
    }
}
