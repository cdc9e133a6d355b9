import Administration
import SharedFolders

/// A folder this node works with.
package struct DirectoryDocument: Codable, Sendable {
    package let name: String
    package let title: LocalizedDocument
    /// All nodes share it, and its path can be changed.
    package let isShared: Bool
    package let path: String
    /// With symbolic links followed; absent when it does not exist.
    package let realPath: String?
    /// `setting`, `node.conf` or `default`.
    package let origin: String
    /// The path from the next start on; absent when it is the same.
    package let nextPath: String?
    package let isWorking: Bool
    /// Why it cannot be used; empty when it can.
    package let problem: String
    /// `present`, `missing`, `foreign` or `unreadable`; absent for folders without a marker.
    package let marker: String?
    package let fileSystem: String
    package let freeBytes: UInt64?
    package let totalBytes: UInt64?

    init(_ directory: NodeDirectory) {
        name = directory.name
        title = LocalizedDocument(directory.title)
        isShared = directory.kind != nil
        path = directory.path
        realPath = directory.state.realPath
        origin = directory.origin.rawValue
        nextPath = directory.nextPath
        isWorking = directory.state.problem == nil
        problem = directory.state.problem?.description ?? ""
        marker = directory.state.marker?.rawValue
        fileSystem = directory.state.fileSystem
        freeBytes = directory.state.freeBytes
        totalBytes = directory.state.totalBytes
    }
}

/// Body of `PUT /directories/{name}`.
package struct DirectoryChangeDocument: Codable, Sendable {
    /// Empty: the default place.
    package let path: String

    package init(path: String) { self.path = path }
}
