package import Settings

/// Mail in a node's hand.
package struct HeldRows: Sendable, Hashable {
    /// Of the present incarnation.
    package let inHand: Int
    /// Of earlier ones: free for everybody, not taken yet.
    package let left: Int

    package init(inHand: Int, left: Int) {
        self.inHand = inHand
        self.left = left
    }

    package static let none = HeldRows(inHand: 0, left: 0)
    package var total: Int { inHand + left }
}

/// What became of what a removed node had.
package struct NodeRemoval: Sendable, Hashable {
    /// Recipients that were still in its hand and are free for the others now.
    package let freedRows: Int
    /// Settings of its own.
    package let settings: Int

    package init(freedRows: Int, settings: Int) {
        self.freedRows = freedRows
        self.settings = settings
    }
}

/// Where nodes are drained and removed, by any node about any node. Implemented by GatewayDatabase.
package protocol NodeDepartures: Sendable {
    /// The node learns of it with its next heartbeat, or at its next start.
    /// - Returns: false when that was its wish already, or it is not there.
    func setDrain(_ isWanted: Bool, of node: NodeID, audit: AuditEntry) async throws(NodeRegistryError) -> Bool
    /// Counted up to `NodeTable.countedRows` for each node.
    func heldRows() async throws(NodeRegistryError) -> [NodeID: HeldRows]
    /// Mail of a dead incarnation that nobody has taken yet.
    func rowsLeft(by node: NodeID) async throws(NodeRegistryError) -> Int
    /// Ends the incarnation that was seen, frees its mail for the others, revokes its key, takes the role and its own settings away.
    /// Broken off, it is done again.
    /// - Throws: `.cameBack` when it has begun anew meanwhile.
    func remove(_ node: ClusterNode, by author: String, audit: AuditEntry) async throws(NodeRegistryError) -> NodeRemoval
    /// When the node was removed and by whom; `nil`: it was not.
    func removal(of node: NodeID) async throws(NodeRegistryError) -> (at: UTCTime, by: String)?
    /// Names of those that were removed: old mail and old changes were theirs.
    func removedNodes() async throws(NodeRegistryError) -> [NodeID: String]
}

extension Duration {
    /// `15.2`: seconds with one decimal, for the cluster's history.
    package var secondsText: String {
        let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
