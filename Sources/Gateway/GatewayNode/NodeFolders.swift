import Administration
import Foundation
import Logging
import Settings
import SharedFolders
import Synchronization

/// Where this node's folders are and how they are now: as the settings said at the start, and as moves have put them since.
final class NodeFolders: NodeDirectories {
    let home: NodeHome
    let configuration: NodeConfigurationFile
    let settings: CurrentSettings
    let register: any FolderRegister
    let inspector = FolderInspector()
    private let state: Mutex<State>

    /// What is in force.
    private struct State {
        /// As it was at the start: a path changed in the settings alone is in use from the next start on.
        var begun: DirectorySettings
        /// Where moves have put folders since.
        var moved: [SharedFolderKind: String] = [:]
        /// While a move is under way, read too.
        var others: [SharedFolderKind: [String]] = [:]
        var identities: [SharedFolderKind: RecordIdentifier] = [:]
    }

    init(home: NodeHome, configuration: NodeConfigurationFile, settings: CurrentSettings, register: any FolderRegister) {
        self.home = home
        self.configuration = configuration
        self.settings = settings
        self.register = register
        state = Mutex(State(begun: settings.snapshot.settings.directories))
    }

    /// In use by this node.
    func path(of kind: SharedFolderKind) -> String {
        state.withLock { $0.moved[kind] ?? path(of: kind, $0.begun) }
    }

    /// A path was set for it, by the settings or by a move.
    func isConfigured(_ kind: SharedFolderKind) -> Bool { !configuredPath(of: kind).isEmpty }

    /// As the settings would have it for the path in use; empty: the default place.
    func configuredPath(of kind: SharedFolderKind) -> String {
        state.withLock { $0.moved[kind] ?? kind.configuredPath($0.begun) }
    }

    /// The path of a move's old place on this node.
    func path(configured: String, of kind: SharedFolderKind) -> String { configured.isEmpty ? defaultPath(of: kind) : configured }

    func identity(of kind: SharedFolderKind) -> RecordIdentifier? { state.withLock { $0.identities[kind] } }

    func places(of kind: SharedFolderKind) -> FolderPlaces {
        let present = path(of: kind)
        return state.withLock { FolderPlaces(present: present, others: $0.others[kind] ?? []) }
    }

    /// Puts the moves under way in force. Folders without one are read in their present place alone.
    func adopt(_ moves: [FolderMove]) {
        for kind in SharedFolderKind.allCases {
            let move = moves.first { $0.folder == kind }
            let places = FolderPlaces(present: path(of: kind)).during(move, oldPath: path(configured: move?.oldPath ?? "", of: kind))
            state.withLock { state in
                state.others[kind] = places.others
                guard let move, move.state.isSwitched else { return }
                state.moved[kind] = places.present
                state.identities[kind] = move.newIdentity
            }
        }
    }

    /// Before anything is served the newest settings may still replace those that were read first.
    /// - Returns: whether they say otherwise.
    func beginAnew() -> Bool {
        let newest = settings.snapshot.settings.directories
        return state.withLock { state in
            defer { state.begun = newest }
            return state.begun != newest
        }
    }

    /// Folders that could not be used at the start and may be there by now.
    func admitMissing(logger: Logger) async {
        for kind in SharedFolderKind.allCases where identity(of: kind) == nil {
            do throws(FolderRefusal) {
                let identity = try await admit(kind, path(of: kind))
                state.withLock { $0.identities[kind] = identity }
                logger.notice("a shared folder can be used now", metadata: ["folder": "\(kind.rawValue)"])
            } catch {
                // Its probe, which follows, tells why.
                logger.debug("a shared folder cannot be used", metadata: ["folder": "\(kind.rawValue)", "cause": "\(error.reason)"])
            }
        }
    }

    /// Message Data must be the folder it should be; the others must not keep the node from starting.
    func prepareForStart(logger: Logger) async throws(NodeStartupError) {
        for kind in SharedFolderKind.allCases {
            let path = path(of: kind)
            do throws(FolderRefusal) {
                let identity = try await admit(kind, path)
                state.withLock { $0.identities[kind] = identity }
            } catch {
                if kind == .messageData { throw .folder(path: path, reason: error.reason) }
                logger.warning(
                    "a shared folder cannot be used",
                    metadata: ["folder": "\(kind.rawValue)", "path": "\(path)", "cause": "\(error.reason)"])
            }
        }
    }

    private struct FolderRefusal: Error {
        let reason: String
    }

    /// Known by its marker, or marked when it is used for the first time.
    private func admit(_ kind: SharedFolderKind, _ path: String) async throws(FolderRefusal) -> RecordIdentifier {
        let configured = configuredPath(of: kind)
        // Without a path each node has a folder of its own, but for Message Data.
        let owner = configured.isEmpty && !kind.isOneFolderByDefault ? configuration.nodeID : nil
        do {
            if kind == .messageData, let problem = await inspector.look(at: path, kind: nil).problem { throw problem }
            let expected = try await register.identity(of: kind, owner: owner, path: configured)
            let found = await inspector.marker(of: kind, in: path)
            let cluster = try await register.cluster()
            // A node's own folders go with it from one cluster to the next.
            let admission = FolderAdmission.decide(
                expected: expected, found: found, cluster: owner == nil ? cluster : nil, isConfigured: !configured.isEmpty)
            switch admission {
            case .refuse(let reason): throw FolderRefusal(reason: reason.text.english)
            case .use(let identity): return try await register.claimIdentity(identity, of: kind, owner: owner, path: configured)
            case .mark(let identity):
                // The database decides between nodes that mark one folder at the same time.
                let proposal = identity ?? RecordIdentifier(milliseconds: UTCTime.now().milliseconds)
                let claimed = try await register.claimIdentity(proposal, of: kind, owner: owner, path: configured)
                return try await inspector.prepare(path, as: kind, of: cluster, identity: claimed)
            }
        } catch let refusal as FolderRefusal {
            throw refusal
        } catch {
            throw FolderRefusal(reason: "\(error)")
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

    func obstacle(to kind: SharedFolderKind, in path: String) async throws(FolderRegisterError) -> FolderAdmission.Reason? {
        let cluster = try await register.cluster()
        let found = await inspector.marker(of: kind, in: path)
        guard case .refuse(let reason) = FolderAdmission.decide(expected: nil, found: found, cluster: cluster, isConfigured: false) else {
            return nil
        }
        return reason
    }

    func place(of path: String) async -> FolderPlace? { await inspector.place(of: path) }

    func prepare(_ path: String, as kind: SharedFolderKind) async throws(SharedFolderError) -> RecordIdentifier {
        let cluster: RecordIdentifier
        do throws(FolderRegisterError) {
            cluster = try await register.cluster()
        } catch {
            throw .failed(operation: "mark", path: path, code: EAGAIN)
        }
        return try await inspector.prepare(path, as: kind, of: cluster)
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
