import Administration
import Foundation
import NIOCore
import SampleLearning
import Settings

/// Bayesian learning.
extension AdministrationAPI {
    /// A message of 16 MiB in Base64.
    static let maximumSampleBody = 23 << 20

    var learningRoutes: [APIRoute] {
        [
            .get("/bayes") { call async throws(APIError) in
                try call.query.allow()
                let status = try await ask { () async throws(AdministrationError) in try await administration.learningStatus(call.caller) }
                return .json(LearningDocument(status))
            },
            .get("/bayes/runs") { call async throws(APIError) in
                try call.query.allow("limit")
                let limit = try call.query.limit()
                let runs = try await ask { () async throws(AdministrationError) in
                    try await administration.learningRuns(limit: limit, call.caller)
                }
                return .json(PageDocument(all: runs.map(LearningRunDocument.init)))
            },
            .post("/bayes/run") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let beginsAnew = reader.boolean("beginsAnew") ?? false
                try reader.finish()
                try await ask { () async throws(AdministrationError) in
                    try await administration.runLearning(beginsAnew: beginsAnew, call.caller)
                }
                return .noContent
            },
            .get("/bayes/ledger") { call async throws(APIError) in
                try call.query.allow("kind", "state", "origin", "text", "cursor", "limit")
                var filter = LedgerFilter()
                filter.kind = try call.query.choice("kind", SampleKind.self)
                filter.state = try call.query.choice("state", LedgerEntry.State.self)
                filter.origin = try call.query.choice("origin", LedgerEntry.Origin.self)
                filter.text = call.query.text("text") ?? ""
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(LedgerCursor.self)
                let wanted = filter
                let entries = try await ask { () async throws(AdministrationError) in
                    try await administration.learningLedger(wanted, after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        entries, limit: limit, item: LedgerEntryDocument.init,
                        cursor: { PageCursor.word(for: LedgerCursor(changedAt: $0.changedAt, digest: $0.digest.identifier)) }))
            },
            .post("/bayes/ledger/unlearn") { call async throws(APIError) in
                try call.query.allow()
                let samples = try Self.identifiers(call.body).map { SampleDigest($0) }
                let count = try await ask { () async throws(AdministrationError) in try await administration.unlearn(samples, call.caller) }
                return .json(AccessListCountDocument(count: count))
            },
            .post("/bayes/messages") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let messages = Self.identifiers(&reader)
                let kind = reader.requiredChoice("kind", SampleKind.self)
                try reader.finish()
                // It was there and known, else `finish` would have thrown.
                let taught = try await ask { () async throws(AdministrationError) in
                    try await administration.teach(messages, as: kind ?? .ham, from: .log, call.caller)
                }
                return .json(TaughtMessagesDocument(taught))
            },
            .upload("/bayes/samples", maximumBytes: Self.maximumSampleBody) { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(try Self.json(call.file))
                let kind = reader.requiredChoice("kind", SampleKind.self)
                let content = Self.content(&reader)
                try reader.finish()
                let taught = try await ask { () async throws(AdministrationError) in
                    try await administration.teach(content, as: kind ?? .ham, call.caller)
                }
                return .json(TaughtSampleDocument(taught.digest, taught.outcome))
            },
            .upload("/bayes/explain", maximumBytes: Self.maximumSampleBody) { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(try Self.json(call.file))
                let content = Self.content(&reader)
                try reader.finish()
                let explanation = try await ask { () async throws(AdministrationError) in
                    try await administration.explain(content, call.caller)
                }
                return .json(ExplanationDocument(explanation))
            },
            .get("/messages/{message}/explanation") { call async throws(APIError) in
                try call.query.allow()
                guard let message = RecordIdentifier(call.parameter("message")) else {
                    throw .administration(.notFound(LocalizedText("There is no such message in the log.", ja: "このメッセージはログにありません。")))
                }
                let explanation = try await ask { () async throws(AdministrationError) in
                    try await administration.explain(message: message, call.caller)
                }
                return .json(ExplanationDocument(explanation))
            },
        ]
    }

    private static func json(_ file: ByteBuffer) throws(APIError) -> JSONValue {
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(file.readableBytesView)
        } catch {
            throw .malformed([.malformedBody("\(error)", ja: "JSON の \(error.offset) バイト目に誤りがあります")])
        }
    }

    private static func content(_ reader: inout JSONObjectReader) -> [UInt8] {
        guard let data = Data(base64Encoded: reader.requiredString("content")) else {
            reader.note("content", "Base64 is expected", ja: "Base64 で指定してください")
            return []
        }
        return Array(data)
    }
}
