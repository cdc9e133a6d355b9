package import Settings
package import SharedFolders

/// A folder this node works with, as it is now.
package struct NodeDirectory: Sendable, Hashable {
    package enum Origin: String, Sendable, Hashable, CaseIterable {
        /// Set in the section `directories`.
        case setting
        case nodeConfiguration = "node.conf"
        case byDefault = "default"
    }

    /// `message-data`, `transcripts`, `database`, `certificates`.
    package let name: String
    package let title: LocalizedText
    /// Set for the folders all nodes share, whose path can be changed.
    package let kind: SharedFolderKind?
    /// In use by the node.
    package let path: String
    package let origin: Origin
    package let state: FolderState
    /// What the settings say by now, where that is another path: in use from the next start on.
    package let nextPath: String?

    package init(
        name: String, title: LocalizedText, kind: SharedFolderKind?, path: String, origin: Origin, state: FolderState, nextPath: String?
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.path = path
        self.origin = origin
        self.state = state
        self.nextPath = nextPath
    }
}

/// The folders of a running node. Implemented by GatewayNode. Every look has a deadline of seconds.
package protocol NodeDirectories: Sendable {
    /// All of them, those shared by all nodes first.
    func directories() async -> [NodeDirectory]
    /// Where a shared folder is when no path is set.
    func defaultPath(of kind: SharedFolderKind) -> String
    /// Paths of the folders that belong to the node alone, in which no shared one may lie.
    var ownPaths: [String] { get }
    /// With all symbolic links of its existing part followed.
    func realPath(of path: String) async throws(SharedFolderError) -> String
    /// What a folder's marker has against its becoming this one; `nil`: nothing, or there is no marker.
    func obstacle(to kind: SharedFolderKind, in path: String) async throws(FolderRegisterError) -> FolderAdmission.Reason?
    /// Which folder it is for the system, however it is reached; `nil`: there is none.
    func place(of path: String) async -> FolderPlace?
    /// Makes the folder if only its last part is missing, tries to write there, and marks it.
    /// - Returns: the folder's identity.
    @discardableResult
    func prepare(_ path: String, as kind: SharedFolderKind) async throws(SharedFolderError) -> RecordIdentifier
    /// In use by the node, as the settings have it; empty: the default place.
    func configuredPath(of kind: SharedFolderKind) -> String
}

/// Stands where no node runs: it has no folders and can prepare none.
package struct NoDirectories: NodeDirectories {
    package init() {}

    package func directories() async -> [NodeDirectory] { [] }
    package func defaultPath(of kind: SharedFolderKind) -> String { "/\(kind.defaultName)" }
    package var ownPaths: [String] { [] }
    package func realPath(of path: String) async throws(SharedFolderError) -> String { path }
    package func obstacle(
        to kind: SharedFolderKind, in path: String
    ) async throws(FolderRegisterError) -> FolderAdmission.Reason? { nil }
    package func place(of path: String) async -> FolderPlace? { nil }
    package func prepare(_ path: String, as kind: SharedFolderKind) async throws(SharedFolderError) -> RecordIdentifier { throw .closed }
    package func configuredPath(of kind: SharedFolderKind) -> String { "" }
}
