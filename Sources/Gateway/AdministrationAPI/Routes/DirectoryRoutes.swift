import Administration
import Settings
import SharedFolders

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
                let name = call.parameter("directory")
                var reader = try JSONObjectReader(call.body)
                let path = reader.requiredString("path")
                try reader.finish()
                guard let kind = SharedFolderKind(rawValue: name) else {
                    throw .administration(
                        .notFound(
                            LocalizedText("There is no shared folder “\(name)”.", ja: "共有フォルダー「\(name)」はありません。")))
                }
                try await ask { () async throws(AdministrationError) in
                    try await administration.changeDirectory(kind, to: path.isEmpty ? nil : path, call.caller)
                }
                return .noContent
            },
        ]
    }
}
