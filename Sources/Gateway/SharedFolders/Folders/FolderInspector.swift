import Foundation
import Glibc
package import Settings

/// Looks at folders on threads of its own, each look with a deadline: a share that hangs holds up nobody but those who look at it.
package final class FolderInspector: Sendable {
    private let threads = FolderThreads(name: "folder-looks", threadCount: 4, maximumWaiting: 100)

    private static let deadline = Duration.seconds(4)

    package init() {}

    package func close() { threads.close() }

    /// Whether the folder is there and can be written, how full its file system is, and whether its marker names it.
    /// - Parameter kind: `nil` for a folder of the node alone, which is not written to and has no marker.
    package func look(at path: String, kind: SharedFolderKind?) async -> FolderState {
        do throws(SharedFolderError) {
            return try await threads.run("look", deadline: Self.deadline) { () throws(SharedFolderError) in Self.state(path, kind) }
        } catch {
            var state = FolderState()
            state.problem = error
            return state
        }
    }

    /// `nil` when the folder does not answer in time.
    package func marker(of kind: SharedFolderKind, in path: String) async -> FolderMarker.Reading? {
        // Why it does not answer is told by what is tried with the folder next.
        try? await threads.run("look", deadline: Self.deadline) { () throws(SharedFolderError) in FolderMarker.read(kind, in: path) }
    }

    /// Makes the folder if need be, tries it, and writes its marker.
    /// - Parameters:
    ///   - identity: for a folder that has none; `nil`: a fresh one.
    ///   - cluster: whose folder it becomes if it is nobody's.
    /// - Returns: the folder's identity, which it may have had before.
    @discardableResult
    package func prepare(
        _ path: String, as kind: SharedFolderKind, of cluster: RecordIdentifier, identity: RecordIdentifier? = nil
    ) async throws(SharedFolderError) -> RecordIdentifier {
        let proposal = identity ?? RecordIdentifier(milliseconds: UTCTime.now().milliseconds)
        return try await threads.run("prepare", deadline: Self.deadline) { () throws(SharedFolderError) in
            if mkdir(path, 0o750) != 0 && errno != EEXIST { throw .failed(operation: "create folder", path: path, code: errno) }
            try FolderTrial.run(in: path)
            return try FolderMarker.write(kind, in: path, proposal: proposal, cluster: cluster)
        }
    }

    /// Which folder it is for the system, by whatever path it is reached; `nil` when there is none or it does not answer.
    package func place(of path: String) async -> FolderPlace? {
        // A folder that does not answer is told by what is tried with it next.
        try? await threads.run("look", deadline: Self.deadline) { () throws(SharedFolderError) in
            var status = stat()
            guard stat(path, &status) == 0 else { throw .notFound(path: path) }
            return FolderPlace(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        }
    }

    /// Runs a probe on these threads.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SharedFolderError) -> Value
    ) async throws(SharedFolderError) -> Value { try await threads.run("probe", deadline: Self.deadline, body) }

    /// The path with all symbolic links of its existing part followed, so that two ways to one place are seen.
    package func realPath(of path: String) async throws(SharedFolderError) -> String {
        try await threads.run("look", deadline: Self.deadline) { () throws(SharedFolderError) in Self.resolved(path) }
    }

    private static func state(_ path: String, _ kind: SharedFolderKind?) -> FolderState {
        var state = FolderState()
        var status = stat()
        guard stat(path, &status) == 0 else {
            state.problem = errno == ENOENT ? .notFound(path: path) : .failed(operation: "look at", path: path, code: errno)
            return state
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            state.problem = .failed(operation: "open", path: path, code: ENOTDIR)
            return state
        }
        state.realPath = resolved(path)
        measure(path, &state)
        guard let kind else { return state }
        state.marker = FolderMarker.state(of: kind, in: path)
        do throws(SharedFolderError) { try FolderTrial.run(in: path) } catch { state.problem = error }
        return state
    }

    private static func measure(_ path: String, _ state: inout FolderState) {
        var figures = statvfs()
        if statvfs(path, &figures) == 0 {
            state.freeBytes = UInt64(figures.f_bavail) * UInt64(figures.f_frsize)
            // Blocks that only root may fill are neither free nor used.
            let reserved = UInt64(figures.f_bfree - figures.f_bavail)
            state.totalBytes = (UInt64(figures.f_blocks) - reserved) * UInt64(figures.f_frsize)
        }
        if let realPath = state.realPath { state.fileSystem = MountTable.fileSystem(of: realPath) }
    }

    private static func resolved(_ path: String) -> String {
        var existing = path
        var rest: [String] = []
        while true {
            if let real = realpath(existing, nil) {
                defer { free(real) }
                return ([String(cString: real)] + rest.reversed()).joined(separator: "/").replacing("//", with: "/")
            }
            guard existing != "/", let slash = existing.lastIndex(of: "/") else { return path }
            rest.append(String(existing[existing.index(after: slash)...]))
            existing = slash == existing.startIndex ? "/" : String(existing[..<slash])
        }
    }
}

/// A folder as the system numbers it: two paths to one folder, by bind mounts too, have one place.
package struct FolderPlace: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
}
