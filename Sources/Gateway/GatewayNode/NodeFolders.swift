import Administration
import Foundation
import Logging
import Settings
import SharedFolders

/// Where this node's folders are, decided once at its start, and how they are now.
struct NodeFolders: NodeDirectories {
    let home: NodeHome
    let configuration: NodeConfigurationFile
    let settings: CurrentSettings
    /// As it was at the start: its paths are in use.
    private let begun: DirectorySettings
    private let inspector = FolderInspector()

    init(home: NodeHome, configuration: NodeConfigurationFile, settings: CurrentSettings) {
        self.home = home
        self.configuration = configuration
        self.settings = settings
        begun = settings.snapshot.settings.directories
    }

    /// In use by this node.
    func path(of kind: SharedFolderKind) -> String { path(of: kind, begun) }

    /// A path was set for it: then it is used only while its marker is there.
    func isConfigured(_ kind: SharedFolderKind) -> Bool { !kind.configuredPath(begun).isEmpty }

    /// Message Data must be the folder it should be; the transcripts' folder must not keep the node from starting.
    func prepareForStart(logger: Logger) async throws(NodeStartupError) {
        let messageData = path(of: .messageData)
        let state = await inspector.look(at: messageData, kind: .messageData)
        if let problem = state.problem { throw .folder(path: messageData, reason: problem.description) }
        if isConfigured(.messageData), state.marker != .present {
            throw .folder(
                path: messageData,
                reason: "its file \(FolderMarker.fileName) is not there, so the share is probably not mounted; mount it first")
        }
        for kind in SharedFolderKind.allCases where !isConfigured(kind) {
            do throws(SharedFolderError) {
                try await inspector.prepare(path(of: kind), as: kind)
            } catch {
                logger.warning("a folder could not be prepared", metadata: ["folder": "\(path(of: kind))", "cause": "\(error)"])
            }
        }
    }

    func close() { inspector.close() }

    // MARK: NodeDirectories

    func directories() async -> [NodeDirectory] {
        await withTaskGroup(of: (Int, NodeDirectory).self) { group in
            let shared = SharedFolderKind.allCases
            for (position, kind) in shared.enumerated() { group.addTask { (position, await self.shared(kind)) } }
            for (position, own) in ownFolders.enumerated() { group.addTask { (shared.count + position, await self.own(own)) } }
            var found: [(Int, NodeDirectory)] = []
            for await directory in group { found.append(directory) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    func defaultPath(of kind: SharedFolderKind) -> String { home.url.appendingPathComponent(kind.defaultName).path }

    var ownPaths: [String] { ownFolders.map(\.path) + [home.firebird.path] }

    func realPath(of path: String) async throws(SharedFolderError) -> String { try await inspector.realPath(of: path) }

    func markerState(of kind: SharedFolderKind, in path: String) async -> FolderMarker.State? {
        await inspector.marker(of: kind, in: path)
    }

    func prepare(_ path: String, as kind: SharedFolderKind) async throws(SharedFolderError) {
        try await inspector.prepare(path, as: kind)
    }

    private struct OwnFolder: Sendable {
        let name: String
        let title: LocalizedText
        let path: String
        let origin: NodeDirectory.Origin
    }

    private var ownFolders: [OwnFolder] {
        var folders: [OwnFolder] = []
        if case .embedded(let file) = configuration.database {
            let path = URL(fileURLWithPath: home.resolve(file)).deletingLastPathComponent().path
            folders.append(
                OwnFolder(name: "database", title: LocalizedText("Database", ja: "データベース"), path: path, origin: .nodeConfiguration))
        }
        folders.append(
            OwnFolder(
                name: "certificates", title: LocalizedText("Certificates", ja: "証明書"), path: home.certificates.path, origin: .byDefault))
        return folders
    }

    private func shared(_ kind: SharedFolderKind) async -> NodeDirectory {
        let path = path(of: kind)
        let next = self.path(of: kind, settings.snapshot.settings.directories)
        return NodeDirectory(
            name: kind.rawValue, title: kind.title, kind: kind, path: path, origin: isConfigured(kind) ? .setting : .byDefault,
            state: await inspector.look(at: path, kind: kind), nextPath: next == path ? nil : next)
    }

    private func own(_ folder: OwnFolder) async -> NodeDirectory {
        NodeDirectory(
            name: folder.name, title: folder.title, kind: nil, path: folder.path, origin: folder.origin,
            state: await inspector.look(at: folder.path, kind: nil), nextPath: nil)
    }

    private func path(of kind: SharedFolderKind, _ settings: DirectorySettings) -> String {
        let path = kind.configuredPath(settings)
        return path.isEmpty ? defaultPath(of: kind) : path
    }
}
