import Administration

/// The folders of this node.
extension AdministrationAPI {
    var directoryRoutes: [APIRoute] {
        [
            .get("/directories") { call async throws(APIError) in
                try call.query.allow()
                let directories = await administration.directories(call.caller)
                return .json(PageDocument(all: directories.map(DirectoryDocument.init)))
            },
            .put("/directories/{directory}") { call async throws(APIError) in
                try call.query.allow()
                let kind = try Self.folder(call)
                var reader = try JSONObjectReader(call.body)
                let path = reader.requiredString("path")
                try reader.finish()
                try await ask { () async throws(AdministrationError) in
                    try await administration.changeDirectory(kind, to: path.isEmpty ? nil : path, call.caller)
                }
                return .noContent
            },
        ]
    }
}
