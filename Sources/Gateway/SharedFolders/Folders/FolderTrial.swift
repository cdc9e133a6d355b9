import Glibc
import NIOCore
import Settings

/// The rights a node needs in a shared folder, in the order in which a probe tries them.
package enum FolderRight: String, Sendable, Hashable, CaseIterable, Codable {
    /// The folder answers at all.
    case answer
    /// It is the folder, not an empty mount point.
    case mount
    /// It is the same folder that the other nodes use.
    case identity
    case create
    case sync
    case rename
    case read
    /// What another node wrote can be read.
    case readOthers = "read-others"
    case delete
}

/// What a node could not do in a folder.
package struct FolderShortcoming: Error, Sendable, Hashable {
    package let missing: FolderRight
    /// The system's words.
    package let cause: String

    package init(_ missing: FolderRight, cause: String) {
        self.missing = missing
        self.cause = cause
    }
}

/// A file made, synced, renamed, read back and removed: whether this node can use a folder. Blocks.
enum FolderTrial {
    static func run(in path: String) throws(SharedFolderError) {
        if let problem = attempt(in: path) { throw problem.error }
    }

    /// - Returns: the first step that failed; `nil` when all worked.
    static func attempt(in path: String) -> (missing: FolderRight, error: SharedFolderError)? {
        let name = "\(path)/.probe-\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))"
        var step = FolderRight.create
        do throws(SharedFolderError) {
            let descriptor = try FileCalls.open(name, O_RDWR | O_CREAT | O_EXCL)
            defer { FileCalls.close(descriptor) }
            do throws(SharedFolderError) {
                let content = ByteBuffer(string: "probe")
                try FileCalls.write(content, to: descriptor, path: name)
                step = .sync
                try FileCalls.sync(descriptor, path: name)
                step = .rename
                try FileCalls.rename(name, to: name + "-renamed")
                step = .sync
                try FileCalls.syncFolder(path)
                step = .read
                guard try read(name + "-renamed") == content else { throw .failed(operation: "read back", path: name, code: EIO) }
            } catch {
                // They are of no use; what matters is why it did not work.
                _ = try? FileCalls.remove(name)
                _ = try? FileCalls.remove(name + "-renamed")
                throw error
            }
            step = .delete
            try FileCalls.remove(name + "-renamed")
            return nil
        } catch {
            return (step, error)
        }
    }

    private static func read(_ file: String) throws(SharedFolderError) -> ByteBuffer {
        let descriptor = try FileCalls.open(file, O_RDONLY)
        defer { FileCalls.close(descriptor) }
        return try FileCalls.read(descriptor, at: 0, count: 100, path: file)
    }
}
