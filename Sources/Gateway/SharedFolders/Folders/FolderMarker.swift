import Glibc
import NIOCore
package import Settings

/// The small file by which a shared folder is known again, so that an empty mount point is not taken for the folder that should be mounted
/// there, nor another cluster's folder for ours. It is written when a folder is used for the first time and when its path is changed; its
/// identity never changes and stands in the database too.
package enum FolderMarker {
    package enum State: String, Sendable, Hashable {
        /// It is there and names this folder.
        case present
        case missing
        /// It names another folder of the product.
        case foreign
        case unreadable
    }

    /// What a folder's marker says.
    package struct Reading: Sendable, Hashable {
        package let state: State
        /// `nil`: there is no marker of this folder, or an early version wrote it.
        package let identity: RecordIdentifier?
        /// Whose folder it is; `nil`: an early version wrote the marker.
        package let cluster: RecordIdentifier?

        package init(_ state: State, identity: RecordIdentifier? = nil, cluster: RecordIdentifier? = nil) {
            self.state = state
            self.identity = identity
            self.cluster = cluster
        }
    }

    package static let fileName = ".securitygateway-folder"
    /// Larger files are not ours.
    private static let maximumBytes = 1024

    /// Blocks.
    package static func state(of kind: SharedFolderKind, in path: String) -> State { read(kind, in: path).state }

    /// Blocks.
    package static func read(_ kind: SharedFolderKind, in path: String) -> Reading {
        do throws(SharedFolderError) {
            let file = "\(path)/\(fileName)"
            let descriptor = try FileCalls.open(file, O_RDONLY)
            defer { FileCalls.close(descriptor) }
            let lines = String(buffer: try FileCalls.read(descriptor, at: 0, count: maximumBytes, path: file)).split(separator: "\n")
            guard let first = lines.first, first == title(kind) else { return Reading(.foreign) }
            return Reading(.present, identity: value(identityName, lines), cluster: value(clusterName, lines))
        } catch {
            if case .notFound = error { return Reading(.missing) }
            return Reading(.unreadable)
        }
    }

    /// Leaves an identity that is there as it is; of two who write at once, one wins and both get his. Blocks.
    /// - Parameters:
    ///   - proposal: the identity of a folder that has none yet.
    ///   - cluster: whose folder it becomes then.
    /// - Returns: the folder's identity.
    package static func write(
        _ kind: SharedFolderKind, in path: String, proposal: RecordIdentifier, cluster: RecordIdentifier
    ) throws(SharedFolderError) -> RecordIdentifier {
        let found = read(kind, in: path)
        if let identity = found.identity { return identity }
        guard found.state == .missing || found.state == .present else {
            throw .failed(operation: "mark", path: "\(path)/\(fileName)", code: EEXIST)
        }
        let text = "\(title(kind))\n\(identityName)\(proposal)\n\(clusterName)\(cluster)\n"
        try put(text, in: path, replaces: found.state == .present)
        guard let identity = read(kind, in: path).identity else {
            throw .failed(operation: "mark", path: "\(path)/\(fileName)", code: EIO)
        }
        return identity
    }

    /// Under a name of its own first, so that nobody reads half of it.
    private static func put(_ text: String, in path: String, replaces: Bool) throws(SharedFolderError) {
        let file = "\(path)/\(fileName)"
        let temporary = "\(file)-\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))"
        let descriptor = try FileCalls.open(temporary, O_WRONLY | O_CREAT | O_EXCL)
        defer { FileCalls.close(descriptor) }
        do throws(SharedFolderError) {
            try FileCalls.write(ByteBuffer(string: text), to: descriptor, path: temporary)
            try FileCalls.sync(descriptor, path: temporary)
            // A link fails where the name is taken already: whoever came first wins. Some shares know no links.
            if !replaces, link(temporary, file) == 0 || errno == EEXIST {
                try FileCalls.remove(temporary)
            } else {
                try FileCalls.rename(temporary, to: file)
            }
        } catch {
            // It is of no use; what matters is why it could not be written.
            _ = try? FileCalls.remove(temporary)
            throw error
        }
        try FileCalls.syncFolder(path)
    }

    private static let identityName = "identity: "
    private static let clusterName = "cluster: "

    private static func value(_ name: String, _ lines: [Substring]) -> RecordIdentifier? {
        lines.dropFirst().first { $0.hasPrefix(name) }.flatMap { RecordIdentifier($0.dropFirst(name.utf8.count)) }
    }

    private static func title(_ kind: SharedFolderKind) -> String { "SecurityGateway shared folder: \(kind.rawValue)" }
}
