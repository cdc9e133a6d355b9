package import Administration
package import NIOCore
package import Settings
package import SharedFolders
import Synchronization

extension InMemoryGateway: TranscriptStore {
    package func text(of identifier: RecordIdentifier) async throws(SharedFolderError) -> ByteBuffer? {
        try state.withLock { state throws(SharedFolderError) in
            if state.isUnavailable { throw .deadlineExceeded(operation: "read") }
            return state.transcripts[identifier].map { ByteBuffer(string: $0) }
        }
    }

    package func transcripts(
        _ filter: TranscriptFilter, before cursor: RecordIdentifier?, limit: Int
    ) async throws(SharedFolderError) -> TranscriptPage {
        try state.withLock { state throws(SharedFolderError) in
            if state.isUnavailable { throw .deadlineExceeded(operation: "list") }
            let found = state.transcripts.keys.sorted(by: >).filter { cursor == nil || $0 < (cursor ?? $0) }.map {
                TranscriptEntry(
                    identifier: $0, way: .inbound, address: NetworkAddress("192.0.2.1"), isTroubled: true,
                    endedAt: UTCTime(milliseconds: $0.milliseconds + 5))
            }
            return TranscriptPage(entries: Array(found.filter { filter.address == nil || filter.address == $0.address }.prefix(limit)))
        }
    }
}

/// Paths under `/link` lead to `/srv`; nothing can be made in `/missing`; what was prepared is remembered.
extension InMemoryGateway: NodeDirectories {
    package func directories() async -> [NodeDirectory] {
        SharedFolderKind.allCases.map { kind in
            var folder = FolderState()
            folder.realPath = defaultPath(of: kind)
            folder.marker = .present
            folder.freeBytes = 3 << 30
            folder.totalBytes = 4 << 30
            folder.fileSystem = "ext4"
            return NodeDirectory(
                name: kind.rawValue, title: kind.title, kind: kind, path: defaultPath(of: kind), origin: .byDefault, state: folder,
                nextPath: nil)
        }
    }

    package func defaultPath(of kind: SharedFolderKind) -> String { "/home/gateway/\(kind.defaultName)" }

    package var ownPaths: [String] { ["/home/gateway/certificates"] }

    package func realPath(of path: String) async throws(SharedFolderError) -> String { path.replacing("/link/", with: "/srv/") }

    package func obstacle(
        to kind: SharedFolderKind, in path: String
    ) async throws(FolderRegisterError) -> FolderAdmission.Reason? {
        path.hasPrefix("/foreign/") ? .foreign : path.hasPrefix("/others/") ? .ofAnotherCluster : nil
    }

    package func place(of path: String) async -> FolderPlace? { nil }

    package func prepare(_ path: String, as kind: SharedFolderKind) async throws(SharedFolderError) -> RecordIdentifier {
        if path.hasPrefix("/missing/") { throw .notFound(path: path) }
        change { $0.preparedFolders.append(path) }
        return RecordIdentifier(high: 5, low: 6)
    }

    package func configuredPath(of kind: SharedFolderKind) -> String {
        state.withLock { $0.rows.last { $0.section == "directories" && $0.name == kind.rawValue }?.value ?? "" }
    }
}
