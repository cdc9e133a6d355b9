import Administration
import Delivery
import MessageLog
import Settings

/// The delivery queue.
extension AdministrationAPI {
    var queueRoutes: [APIRoute] {
        [
            .get("/queue") { call async throws(APIError) in
                try call.query.allow("text", "cursor", "limit")
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(QueueEntryID.self)
                if let cursor, !Self.ordinals.contains(cursor.ordinal) { throw QueryReader.wrongCursor }
                let entries = try await ask { () async throws(AdministrationError) in
                    try await administration.queue(containing: call.query.text("text") ?? "", after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        entries, limit: limit, item: QueueEntryDocument.init,
                        cursor: { PageCursor.word(for: QueueEntryID(message: $0.message, ordinal: $0.ordinal)) }))
            },
            .post("/queue/{action}") { call async throws(APIError) in
                try call.query.allow()
                guard let action = QueueAction(rawValue: call.parameter("action")) else { throw .unknownPath }
                let names = try Self.entryNames(call.body)
                return .json(QueueActionResultDocument(done: try await perform(action, on: names, call).map(QueueEntryNameDocument.init)))
            },
        ]
    }

    /// RFC 5321 asks for 100 recipients of a message; no limit of ours can be set this high.
    static let ordinals = 0...1_000_000

    private struct EntryName {
        let message: RecordIdentifier
        let ordinal: Int?
    }

    private static func entryNames(_ body: JSONValue) throws(APIError) -> [EntryName] {
        var reader = try JSONObjectReader(body)
        let names = reader.requiredObjects("entries") { entry -> EntryName? in
            let ordinal = entry.integer("ordinal", in: ordinals)
            let text = entry.requiredString("message")
            guard let message = RecordIdentifier(text) else {
                if !text.isEmpty { entry.note("message", "32 hexadecimal digits are expected", ja: "32 桁の 16 進数を指定してください") }
                return nil
            }
            return EntryName(message: message, ordinal: ordinal)
        }
        try reader.finish()
        return names.compactMap { $0 }
    }

    /// Rows in parts that one action takes. A whole message's rows are read from its log.
    private func perform(_ action: QueueAction, on names: [EntryName], _ call: APICall) async throws(APIError) -> [QueueEntryID] {
        let page = Administration.maximumPageSize
        guard (1...page).contains(names.count) else {
            // Administration has the words for this refusal.
            return try await perform(action, rows: names.map { QueueEntryID(message: $0.message, ordinal: $0.ordinal ?? 0) }[...], call)
        }
        var rows: [QueueEntryID] = []
        for name in names {
            if let ordinal = name.ordinal {
                rows.append(QueueEntryID(message: name.message, ordinal: ordinal))
            } else {
                rows += try await queuedRows(of: name.message, call)
            }
        }
        var done: [QueueEntryID] = []
        var rest = rows[...]
        while !rest.isEmpty {
            done += try await perform(action, rows: rest.prefix(page), call)
            rest = rest.dropFirst(page)
        }
        return done
    }

    private func perform(_ action: QueueAction, rows: ArraySlice<QueueEntryID>, _ call: APICall) async throws(APIError) -> [QueueEntryID] {
        try await ask { () async throws(AdministrationError) in try await administration.performOnQueue(action, Array(rows), call.caller) }
    }

    private func queuedRows(of message: RecordIdentifier, _ call: APICall) async throws(APIError) -> [QueueEntryID] {
        let details = try await ask { () async throws(AdministrationError) in try await administration.message(message, call.caller) }
        return details.record.recipients.filter { $0.state == .queued }.map { QueueEntryID(message: message, ordinal: $0.ordinal) }
    }
}

extension QueryReader {
    static var wrongCursor: APIError { problem("cursor", "this is no cursor of this list", ja: "この一覧のカーソルではありません") }
}
