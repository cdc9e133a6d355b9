import Administration
import Settings

/// The settings' history, the difference of two revisions, and the return to one.
extension AdministrationAPI {
    var settingsHistoryRoutes: [APIRoute] {
        [
            .get("/settings-history") { call async throws(APIError) in
                try call.query.allow("scope", "owner", "section", "actor", "since", "until", "cursor", "limit")
                let filter = try Self.historyFilter(call.query)
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(SettingsHistoryCursor.self)
                let entries = try await ask { () async throws(AdministrationError) in
                    try await administration.settingsHistory(filter, before: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        entries, limit: limit, item: SettingsChangeRecordDocument.init,
                        cursor: { PageCursor.word(for: SettingsHistoryCursor(revision: $0.revision, identifier: $0.identifier)) }))
            },
            .get("/settings-history/difference") { call async throws(APIError) in
                try call.query.allow("from", "to")
                let from = try Self.revision("from", call.query)
                let to = try call.query.quantity("to").map { SettingsRevision(Int64($0)) }
                let difference = try await ask { () async throws(AdministrationError) in
                    try await administration.settingsDifference(from: from, to: to, call.caller)
                }
                return .json(SettingsDifferenceDocument(difference))
            },
            .get("/settings-history/return") { call async throws(APIError) in
                try call.query.allow("to")
                let revision = try Self.revision("to", call.query)
                let plan = try await ask { () async throws(AdministrationError) in
                    try await administration.settingsReturn(to: revision, call.caller)
                }
                return .json(SettingsReturnDocument(plan, revision: plan.difference.from))
            },
            .post("/settings-history/return") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let to = reader.integer("to", in: 0...Int.max)
                let basedOn = reader.integer("revision", in: 0...Int.max)
                if to == nil { reader.note("to", "the revision to return to is missing", ja: "戻すリビジョンを指定してください") }
                try reader.finish()
                let wanted = SettingsRevision(Int64(to ?? 0))
                let (revision, plan) = try await ask { () async throws(AdministrationError) in
                    try await administration.returnSettings(
                        to: wanted, basedOn: basedOn.map { SettingsRevision(Int64($0)) }, call.caller)
                }
                return .json(SettingsReturnDocument(plan, revision: revision))
            },
        ]
    }

    private static func historyFilter(_ query: QueryReader) throws(APIError) -> SettingsHistoryFilter {
        var filter = SettingsHistoryFilter()
        filter.kind = try query.choice("scope", SettingsHistoryFilter.Kind.self)
        filter.owner = query.text("owner")
        filter.section = query.text("section")
        filter.actor = query.text("actor") ?? ""
        filter.since = try query.time("since")
        filter.until = try query.time("until")
        return filter
    }

    private static func revision(_ name: String, _ query: QueryReader) throws(APIError) -> SettingsRevision {
        guard let number = try query.quantity(name) else {
            throw QueryReader.problem(name, "a revision is expected", ja: "リビジョンを指定してください")
        }
        return SettingsRevision(Int64(number))
    }
}
