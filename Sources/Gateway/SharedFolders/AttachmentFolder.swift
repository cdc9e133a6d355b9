import Glibc
package import NIOCore
package import Settings
import Synchronization

/// The folder Attachments: what was taken out of messages, a file each. Everything that blocks runs on threads of its own, each call with a
/// deadline.
package final class AttachmentFolder: Sendable {
    private let threads: FolderThreads
    private let places: @Sendable () -> FolderPlaces
    private let mustBeMarked: Bool

    private static let deadline = Duration.seconds(30)
    private static let threadCount = 4
    /// Each waiting one may hold an attachment; further ones are refused while the folder does not answer.
    private static let maximumWaiting = 200
    private static let suffix = ".attachment"

    /// - Parameters:
    ///   - mustBeMarked: whether the folder is used only while its marker is there.
    ///   - places: asked at each use.
    package init(mustBeMarked: Bool = true, places: @escaping @Sendable () -> FolderPlaces) {
        self.mustBeMarked = mustBeMarked
        self.places = places
        threads = FolderThreads(name: "attachments", threadCount: Self.threadCount, maximumWaiting: Self.maximumWaiting)
    }

    /// Lets the threads end; hung ones are left behind.
    package func close() { threads.close() }

    /// Durable when it returns: file and folder are synced.
    package func store(_ bytes: [UInt8], as identifier: RecordIdentifier, deadline: Duration) async throws(SharedFolderError) {
        let folder = places().present
        let mustBeMarked = mustBeMarked
        let path = "\(folder)/\(identifier)\(Self.suffix)"
        // Given up by the caller, work that hangs in the folder must not hold the bytes any longer.
        let held = Held(bytes)
        defer { held.bytes.withLock { $0 = nil } }
        try await threads.run("store", deadline: deadline) { (isWaited: () -> Bool) throws(SharedFolderError) in
            if mustBeMarked, FolderMarker.state(of: .attachments, in: folder) != .present { throw .notMounted(path: folder) }
            guard let bytes = held.bytes.withLock({ $0 }) else { throw .deadlineExceeded(operation: "store") }
            try LearningFolders.write(bytes, to: path, in: folder)
            // Nobody has a link to it.
            if !isWaited() { try FileCalls.remove(path) }
        }
    }

    /// At most `count` bytes at `offset`; empty at the end.
    /// - Throws: `.notFound` when it is in none of the folder's places.
    package func read(
        _ identifier: RecordIdentifier, at offset: Int, count: Int
    ) async throws(SharedFolderError) -> ByteBuffer {
        let places = places()
        return try await threads.run("read", deadline: Self.deadline) { () throws(SharedFolderError) in
            var missing = SharedFolderError.notFound(path: places.present)
            for folder in [places.present] + places.others {
                let path = "\(folder)/\(identifier)\(Self.suffix)"
                do throws(SharedFolderError) {
                    let descriptor = try FileCalls.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
                    defer { FileCalls.close(descriptor) }
                    return try FileCalls.read(descriptor, at: offset, count: count, path: path)
                } catch {
                    guard case .notFound = error else { throw error }
                    missing = error
                }
            }
            throw missing
        }
    }

    /// Removes it from wherever it is; an absent one is fine.
    package func remove(_ identifier: RecordIdentifier) async throws(SharedFolderError) {
        let places = places()
        let mustBeMarked = mustBeMarked
        try await threads.run("remove", deadline: Self.deadline) { () throws(SharedFolderError) in
            // What is not mounted is not gone.
            if mustBeMarked, FolderMarker.state(of: .attachments, in: places.present) != .present {
                throw .notMounted(path: places.present)
            }
            for folder in [places.present] + places.others { try FileCalls.remove("\(folder)/\(identifier)\(Self.suffix)") }
        }
    }

    private final class Held: Sendable {
        let bytes: Mutex<[UInt8]?>

        init(_ bytes: [UInt8]) { self.bytes = Mutex(bytes) }
    }
}
