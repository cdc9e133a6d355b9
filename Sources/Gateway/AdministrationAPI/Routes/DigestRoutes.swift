import Administration

/// Digests of the quarantine.
extension AdministrationAPI {
    var digestRoutes: [APIRoute] {
        [
            .get("/digests") { call async throws(APIError) in
                try call.query.allow("limit")
                let limit = try call.query.limit()
                let runs = try await ask { () async throws(AdministrationError) in
                    try await administration.digestRuns(limit: limit, call.caller)
                }
                return .json(PageDocument(all: runs.map(DigestRunDocument.init)))
            },
            .post("/digests/run") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                try reader.finish()
                try await ask { () async throws(AdministrationError) in try await administration.sendDigests(call.caller) }
                return .noContent
            },
            .get("/digests/preview") { call async throws(APIError) in
                try call.query.allow("recipient")
                let recipient = call.query.text("recipient") ?? ""
                let preview = try await ask { () async throws(AdministrationError) in
                    try await administration.previewDigest(recipient, call.caller)
                }
                return .json(DigestPreviewDocument(preview))
            },
        ]
    }
}
