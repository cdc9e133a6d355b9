import Glibc
import NIOCore

/// The small file by which a shared folder is known again, so that an empty mount point is not taken for the folder that should be mounted
/// there. It is written when a node is made and when a folder's path is changed.
package enum FolderMarker {
    package enum State: String, Sendable, Hashable {
        /// It is there and names this folder.
        case present
        case missing
        /// It names another folder of the product.
        case foreign
        case unreadable
    }

    package static let fileName = ".securitygateway-folder"
    /// Larger files are not ours.
    private static let maximumBytes = 1024

    /// Blocks.
    package static func state(of kind: SharedFolderKind, in path: String) -> State {
        do throws(SharedFolderError) {
            let file = "\(path)/\(fileName)"
            let descriptor = try FileCalls.open(file, O_RDONLY)
            defer { FileCalls.close(descriptor) }
            let text = try FileCalls.read(descriptor, at: 0, count: maximumBytes, path: file)
            return String(buffer: text) == content(kind) ? .present : .foreign
        } catch {
            if case .notFound = error { return .missing }
            return .unreadable
        }
    }

    /// Leaves a marker that is there as it is. Blocks.
    package static func write(_ kind: SharedFolderKind, in path: String) throws(SharedFolderError) {
        let file = "\(path)/\(fileName)"
        let descriptor: Int32
        do throws(SharedFolderError) {
            descriptor = try FileCalls.open(file, O_WRONLY | O_CREAT | O_EXCL)
        } catch {
            if case .failed(_, _, EEXIST) = error { return }
            throw error
        }
        defer { FileCalls.close(descriptor) }
        try FileCalls.write(ByteBuffer(string: content(kind)), to: descriptor, path: file)
        try FileCalls.sync(descriptor, path: file)
        try FileCalls.syncFolder(path)
    }

    private static func content(_ kind: SharedFolderKind) -> String { "SecurityGateway shared folder: \(kind.rawValue)\n" }
}
