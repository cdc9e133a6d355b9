import Administration
import Settings
import SharedFolders

/// SMTP dialogues.
extension AdministrationAPI {
    var transcriptRoutes: [APIRoute] {
        [
            .get("/transcripts") { call async throws(APIError) in
                try call.query.allow("way", "address", "troubled", "from", "until", "cursor", "limit")
                let filter = try Self.transcriptFilter(call.query)
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(RecordIdentifier.self)
                let page = try await ask { () async throws(AdministrationError) in
                    try await administration.transcripts(filter, before: cursor, limit: limit, call.caller)
                }
                return .json(PageDocument(page, limit: limit))
            },
            .get("/transcripts/{transcript}") { call async throws(APIError) in
                try call.query.allow()
                let name = call.parameter("transcript")
                guard let identifier = RecordIdentifier(name) else { throw Self.noTranscript(name) }
                let transcript = try await ask { () async throws(AdministrationError) in
                    try await administration.transcript(identifier, call.caller)
                }
                guard let text = transcript.text else { throw Self.noTranscript(name) }
                return .json(TranscriptDocument(transcript: identifier.description, text: text))
            },
        ]
    }

    private static func transcriptFilter(_ query: QueryReader) throws(APIError) -> TranscriptFilter {
        var filter = TranscriptFilter()
        filter.way = try query.choice("way", TranscriptWay.self)
        filter.isTroubledOnly = try query.choice("troubled", Troubled.self) == .only
        filter.from = try query.time("from")
        filter.until = try query.time("until")
        if let text = query.text("address") {
            guard let address = NetworkAddress(text) else {
                throw QueryReader.problem("address", "an IP address is expected", ja: "IP アドレスを指定してください")
            }
            filter.address = address
        }
        return filter
    }

    private enum Troubled: String, CaseIterable {
        case only = "true"
        case any = "false"
    }

    private static func noTranscript(_ name: String) -> APIError {
        .administration(
            .notFound(
                LocalizedText(
                    "There is no transcript “\(name)”: it was not kept, its time is over, or its dialogue still goes on.",
                    ja: "通信記録「\(name)」はありません。保存されていないか、保存期間を過ぎたか、通信がまだ続いています。")))
    }
}
