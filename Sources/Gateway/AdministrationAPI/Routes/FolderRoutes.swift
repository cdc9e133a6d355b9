import Administration
import Settings
import SharedFolders

/// The shared folders on all nodes: probes and moves.
extension AdministrationAPI {
    var folderRoutes: [APIRoute] {
        [
            .get("/directories/probes") { call async throws(APIError) in
                try call.query.allow()
                return .json(
                    FolderProbesDocument(
                        try await ask { () async throws(AdministrationError) in try await administration.folderOverview(call.caller) }))
            },
            .post("/directories/probes") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                try reader.finish()
                let request = try await ask { () async throws(AdministrationError) in
                    try await administration.requestFolderProbes(call.caller)
                }
                return .json(FolderProbeRequestDocument(request: request))
            },
            .get("/directories/moves") { call async throws(APIError) in
                try call.query.allow()
                let moves = try await ask { () async throws(AdministrationError) in try await administration.folderMoves(call.caller) }
                return .json(PageDocument(all: moves.map(FolderMoveDocument.init)))
            },
            .post("/directories/{directory}/move") { call async throws(APIError) in
                try call.query.allow()
                let folder = try Self.folder(call)
                var reader = try JSONObjectReader(call.body)
                let path = reader.requiredString("path")
                let leavesFiles = reader.boolean("leavesFiles") ?? false
                let forgetsOld = reader.boolean("forgetsOld") ?? false
                try reader.finish()
                try await ask { () async throws(AdministrationError) in
                    _ = try await administration.moveFolder(
                        folder, to: path, leavesFiles: leavesFiles, forgetsOld: forgetsOld, call.caller)
                }
                return .noContent
            },
            .delete("/directories/{directory}/move") { call async throws(APIError) in
                try call.query.allow()
                let folder = try Self.folder(call)
                try await ask { () async throws(AdministrationError) in try await administration.cancelFolderMove(folder, call.caller) }
                return .noContent
            },
            .delete("/directories/{directory}/old-place") { call async throws(APIError) in
                try call.query.allow()
                let folder = try Self.folder(call)
                try await ask { () async throws(AdministrationError) in
                    try await administration.endReadingOldFolder(folder, call.caller)
                }
                return .noContent
            },
        ]
    }

    /// The folder that the path names.
    static func folder(_ call: APICall) throws(APIError) -> SharedFolderKind {
        let name = call.parameter("directory")
        guard let kind = SharedFolderKind(rawValue: name) else {
            throw .administration(
                .notFound(LocalizedText("There is no shared folder “\(name)”.", ja: "共有フォルダー「\(name)」はありません。")))
        }
        return kind
    }
}
