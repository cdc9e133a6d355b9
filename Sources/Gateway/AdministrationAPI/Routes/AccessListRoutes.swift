import Administration
import Filtering
import Settings

/// The allow and block lists.
extension AdministrationAPI {
    var accessListRoutes: [APIRoute] {
        [
            .get("/access-lists") { call async throws(APIError) in
                try call.query.allow("list", "kind", "text", "cursor", "limit")
                var filter = AccessListFilter()
                filter.list = try call.query.choice("list", AccessListEntry.List.self)
                filter.kind = try call.query.choice("kind", AccessListEntry.Kind.self)
                filter.text = call.query.text("text") ?? ""
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(AccessListCursor.self)
                let wanted = filter
                let entries = try await ask { () async throws(AdministrationError) in
                    try await administration.accessListEntries(wanted, after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        entries, limit: limit, item: AccessListDocument.init,
                        cursor: { PageCursor.word(for: AccessListCursor(value: $0.value, identifier: $0.identifier)) }))
            },
            .post("/access-lists") { call async throws(APIError) in
                try call.query.allow()
                let input = try Self.accessListInput(call.body)
                let entry = try await ask { () async throws(AdministrationError) in
                    try await administration.addAccessListEntry(input, call.caller)
                }
                return .created(AccessListDocument(entry), at: "/access-lists/\(entry.identifier)")
            },
            .post("/access-lists/delete") { call async throws(APIError) in
                try call.query.allow()
                let entries = try Self.identifiers(call.body)
                let count = try await ask { () async throws(AdministrationError) in
                    try await administration.deleteAccessListEntries(entries, call.caller)
                }
                return .json(AccessListCountDocument(count: count))
            },
            .get("/access-lists/{entry}") { call async throws(APIError) in
                try call.query.allow()
                let identifier = try Self.accessListIdentifier(call)
                let entry = try await ask { () async throws(AdministrationError) in
                    try await administration.accessListEntry(identifier, call.caller)
                }
                return .json(AccessListDocument(entry))
            },
            .put("/access-lists/{entry}") { call async throws(APIError) in
                try call.query.allow()
                let identifier = try Self.accessListIdentifier(call)
                var reader = try JSONObjectReader(call.body)
                let note = reader.requiredString("note")
                try reader.finish()
                let entry = try await ask { () async throws(AdministrationError) in
                    try await administration.setAccessListNote(note, of: identifier, call.caller)
                }
                return .json(AccessListDocument(entry))
            },
        ]
    }

    private static func accessListIdentifier(_ call: APICall) throws(APIError) -> RecordIdentifier {
        guard let identifier = RecordIdentifier(call.parameter("entry")) else {
            throw .administration(.notFound(LocalizedText("There is no such entry.", ja: "この項目はありません。")))
        }
        return identifier
    }

    private static func accessListInput(_ body: JSONValue) throws(APIError) -> AccessListInput {
        var reader = try JSONObjectReader(body)
        let list = reader.requiredChoice("list", AccessListEntry.List.self)
        let kind = reader.requiredChoice("kind", AccessListEntry.Kind.self)
        let value = reader.requiredString("value")
        let domain = reader.string("domain") ?? ""
        let note = reader.string("note") ?? ""
        try reader.finish()
        // Both were there and known, else `finish` would have thrown.
        return AccessListInput(list: list ?? .block, kind: kind ?? .sender, value: value, domain: domain, note: note)
    }

    /// `{"entries": ["…", …]}` with identifiers.
    static func identifiers(_ body: JSONValue) throws(APIError) -> [RecordIdentifier] {
        var reader = try JSONObjectReader(body)
        let identifiers = identifiers(&reader)
        try reader.finish()
        return identifiers
    }

    /// The member `entries`.
    static func identifiers(_ reader: inout JSONObjectReader) -> [RecordIdentifier] {
        var identifiers: [RecordIdentifier] = []
        for (index, text) in reader.requiredStrings("entries").enumerated() {
            if let identifier = RecordIdentifier(text) {
                identifiers.append(identifier)
            } else {
                reader.note("entries[\(index)]", "32 hexadecimal digits are expected", ja: "32 桁の 16 進数を指定してください")
            }
        }
        return identifiers
    }
}
