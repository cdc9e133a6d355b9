package import Settings

package enum FolderRegisterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another move of this folder is under way, or this one is over or beyond that.
    case conflict
    /// Transient: the database did not answer, or this node is not the primary any more.
    case unavailable(cause: String)

    package var description: String {
        switch self {
        case .conflict: "the move is not in a state for this"
        case .unavailable(let cause): "the folders' register is unavailable: \(cause)"
        }
    }
}

/// What all nodes know of the shared folders. Implemented by GatewayDatabase.
package protocol FolderRegister: Sendable {
    /// The cluster whose folders these are; its identifier never changes.
    func cluster() async throws(FolderRegisterError) -> RecordIdentifier
    /// The identity that a folder has at this path.
    /// - Parameters:
    ///   - owner: the node whose own folder it is; `nil`: the cluster's.
    ///   - path: as configured; empty: the default place.
    func identity(of folder: SharedFolderKind, owner: NodeID?, path: String) async throws(FolderRegisterError) -> RecordIdentifier?
    /// Remembers an identity unless the path has one already.
    /// - Returns: the one that holds.
    func claimIdentity(
        _ proposal: RecordIdentifier, of folder: SharedFolderKind, owner: NodeID?, path: String
    ) async throws(FolderRegisterError) -> RecordIdentifier

    /// All rows, by folder and node.
    func probes() async throws(FolderRegisterError) -> [FolderProbe]
    func report(_ probes: [FolderProbe]) async throws(FolderRegisterError)
    /// Asks every node for a probe.
    /// - Returns: the number of this request.
    func requestProbes(audit: AuditEntry) async throws(FolderRegisterError) -> Int64
    /// What a node looks at each second: the newest request, and the moves that are not over.
    func orders() async throws(FolderRegisterError) -> FolderOrders

    /// Newest first.
    func moves(limit: Int) async throws(FolderRegisterError) -> [FolderMove]
    func members(of move: RecordIdentifier) async throws(FolderRegisterError) -> [FolderMove.Member]
    /// - Throws: `.conflict` while another move of the folder is under way.
    func begin(_ move: FolderMove, audit: AuditEntry) async throws(FolderRegisterError)
    /// - Throws: `.conflict` when it is over or was switched already.
    func cancel(_ move: RecordIdentifier, audit: AuditEntry) async throws(FolderRegisterError)
    /// Ends the reading of an old place whose files were left.
    /// - Throws: `.conflict` when it is not in that state.
    func endReading(_ move: RecordIdentifier, audit: AuditEntry) async throws(FolderRegisterError)
    /// What a node says of itself; its assignment to copy stays as it is.
    func report(_ member: FolderMove.Member) async throws(FolderRegisterError)
    /// What a copying node has done, as long as the round is still its own.
    func reportRound(_ member: FolderMove.Member) async throws(FolderRegisterError)
    /// Fenced: gives nodes a round of copying.
    func assign(_ round: Int, to nodes: [NodeID], of move: FolderMove) async throws(FolderRegisterError)
    /// Fenced: changes the state if the move still is at its step; the switch sets the path in the settings in the same transaction.
    /// - Returns: false when somebody else changed it.
    func advance(_ move: FolderMove, to state: FolderMove.State, cause: String) async throws(FolderRegisterError) -> Bool
}

/// What the database wants of every node's folders.
package struct FolderOrders: Sendable, Hashable {
    /// The newest request for a probe.
    package let request: Int64
    /// At most one a folder.
    package let moves: [FolderMove]

    package init(request: Int64 = 0, moves: [FolderMove] = []) {
        self.request = request
        self.moves = moves
    }
}
