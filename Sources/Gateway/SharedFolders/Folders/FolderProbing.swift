import Foundation
import Glibc
import NIOCore
package import Settings

/// Tries folders as R9 wants it: create, sync, rename, read, delete, and read back what another node wrote. Each node keeps one small file
/// in each folder, with a token that its row in the database holds too; who finds an older token, or none, is not in the same folder.
package struct FolderProbing: Sendable {
    private let inspector: FolderInspector
    private let node: NodeID
    /// The account this process runs as.
    package let account: String

    /// What a probe needs to know of its folder.
    package struct Subject: Sendable {
        package let kind: SharedFolderKind
        package let path: String
        /// The identity the folder must have; `nil`: any.
        package let identity: RecordIdentifier?
        /// Rows of other nodes that use the same folder; what they wrote must be there.
        package let others: [FolderProbe]

        package init(kind: SharedFolderKind, path: String, identity: RecordIdentifier?, others: [FolderProbe]) {
            self.kind = kind
            self.path = path
            self.identity = identity
            self.others = others
        }
    }

    /// How long another node's newest file may take to be seen: a share may remember for a moment what it saw last.
    private static let patience = 3
    private static let pause = Duration.milliseconds(500)

    package init(inspector: FolderInspector, node: NodeID) {
        self.inspector = inspector
        self.node = node
        account = Self.accountName()
    }

    /// - Parameters:
    ///   - leavesToken: whether this node leaves its file for the others; not while it only looks.
    ///   - mustBeMarked: false for a folder that no node may have used yet.
    package func probe(_ subject: Subject, leavesToken: Bool = true, mustBeMarked: Bool = true) async -> FolderProbe {
        var probe = FolderProbe(folder: subject.kind, node: node, path: subject.path, account: account)
        let begun = ContinuousClock.now
        do throws(SharedFolderError) {
            let token = leavesToken ? RecordIdentifier(milliseconds: UTCTime.now().milliseconds) : nil
            let node = node
            let found = try await inspector.run { () throws(SharedFolderError) in Self.attempt(subject, node, token, mustBeMarked) }
            probe.identity = found.identity
            probe.problem = found.problem
            probe.token = found.problem == nil ? token : nil
            if found.problem == nil { await readOthers(subject, &probe) }
            let state = await inspector.look(at: subject.path, kind: nil)
            probe.freeBytes = state.freeBytes
            probe.totalBytes = state.totalBytes
            probe.fileSystem = state.fileSystem
        } catch {
            probe.problem = FolderShortcoming(.answer, cause: error.descriptionWithoutPath)
        }
        probe.milliseconds = Int(begun.duration(to: .now) / .milliseconds(1))
        probe.probedAt = .now()
        return probe
    }

    /// Blocks.
    private static func attempt(
        _ subject: Subject, _ node: NodeID, _ token: RecordIdentifier?, _ mustBeMarked: Bool
    ) -> (identity: RecordIdentifier?, problem: FolderShortcoming?) {
        let path = subject.path
        var status = stat()
        guard stat(path, &status) == 0 else { return (nil, FolderShortcoming(.mount, cause: systemErrorText(errno))) }
        let marker = FolderMarker.read(subject.kind, in: path)
        switch FolderAdmission.decide(expected: subject.identity, found: marker, isConfigured: mustBeMarked) {
        case .use, .mark: break
        case .refuse(let reason):
            let right: FolderRight =
                switch reason {
                case .silent: .answer
                case .notMounted: .mount
                case .foreign, .another, .ofAnotherCluster: .identity
                case .unreadable: .read
                }
            return (marker.identity, FolderShortcoming(right, cause: reason.text.english))
        }
        if let problem = FolderTrial.attempt(in: path) {
            return (marker.identity, FolderShortcoming(problem.missing, cause: problem.error.descriptionWithoutPath))
        }
        guard let token else { return (marker.identity, nil) }
        do throws(SharedFolderError) {
            try leave(token, as: node, in: path)
            return (marker.identity, nil)
        } catch {
            return (marker.identity, FolderShortcoming(.create, cause: error.descriptionWithoutPath))
        }
    }

    /// Synced before its row tells of it.
    private static func leave(_ token: RecordIdentifier, as node: NodeID, in path: String) throws(SharedFolderError) {
        let file = "\(path)/\(FolderProbe.fileName(node))"
        let descriptor = try FileCalls.open(file + ".tmp", O_WRONLY | O_CREAT | O_TRUNC)
        defer { FileCalls.close(descriptor) }
        try FileCalls.write(ByteBuffer(string: "\(token)\n"), to: descriptor, path: file)
        try FileCalls.sync(descriptor, path: file)
        try FileCalls.rename(file + ".tmp", to: file)
        try FileCalls.syncFolder(path)
    }

    private func readOthers(_ subject: Subject, _ probe: inout FolderProbe) async {
        for other in subject.others {
            guard let expected = other.token, other.node != node else { continue }
            if let cause = await missing(expected, of: other.node, in: subject.path) {
                probe.problem = FolderShortcoming(.readOthers, cause: cause)
                return
            }
            probe.readFrom = other.node
        }
    }

    /// - Returns: why another node's file could not be read back; `nil` when it could.
    private func missing(_ expected: RecordIdentifier, of other: NodeID, in path: String) async -> String? {
        var cause = ""
        for attempt in 1...Self.patience {
            do throws(SharedFolderError) {
                let found = try await inspector.run { () throws(SharedFolderError) in try Self.token(of: other, in: path) }
                if let found, found.milliseconds >= expected.milliseconds { return nil }
                cause = "the file is older than what that node wrote"
            } catch {
                cause = error.descriptionWithoutPath
            }
            if attempt < Self.patience { try? await Task.sleep(for: Self.pause) }  // cancellation shortens the wait
        }
        return cause
    }

    /// Blocks.
    static func token(of node: NodeID, in path: String) throws(SharedFolderError) -> RecordIdentifier? {
        let file = "\(path)/\(FolderProbe.fileName(node))"
        let descriptor = try FileCalls.open(file, O_RDONLY)
        defer { FileCalls.close(descriptor) }
        let text = String(buffer: try FileCalls.read(descriptor, at: 0, count: 100, path: file))
        return RecordIdentifier(text.prefix { $0 != "\n" })
    }

    private static func accountName() -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: 4096)
        let user = geteuid()
        guard getpwuid_r(user, &entry, &room, room.count, &found) == 0, found != nil, let name = entry.pw_name else { return "uid \(user)" }
        return String(cString: name)
    }
}
