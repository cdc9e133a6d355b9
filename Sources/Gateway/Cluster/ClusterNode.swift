package import Settings

/// One start of a node. A node declared dead, and each later start, has a higher number; rows held by an earlier one are free.
package struct Incarnation: Sendable, Hashable {
    package let node: NodeID
    package let number: Int64

    package init(node: NodeID, number: Int64) {
        self.node = node
        self.number = number
    }
}

/// A node as the database knows it.
package struct ClusterNode: Sendable, Hashable {
    package let node: NodeID
    package let name: String
    package let version: String
    package let incarnation: Int64
    /// Raised by the node with every batch and at least every 2 seconds; compared, never read as a time.
    package let counter: Int64
    /// Whether it said goodbye at its last stop, or another node ended its incarnation.
    package let isStopped: Bool
    /// Whether its incarnation was ended by another node; only together with `isStopped`.
    package let isEndedByOthers: Bool
    /// Of its last heartbeat, its goodbye or its end.
    package let changedAt: UTCTime
    package let startedAt: UTCTime
    package let lastSeenAt: UTCTime
    /// The settings revision it reported last.
    package let settingsRevision: SettingsRevision
    /// Since when it is to leave service; `nil`: it is not.
    package var drainAskedAt: UTCTime?
    /// As it reported last; `nil`: it has not in this incarnation.
    package var figures: NodeFigures?

    package init(
        node: NodeID, name: String, version: String, incarnation: Int64, counter: Int64, isStopped: Bool, startedAt: UTCTime,
        lastSeenAt: UTCTime, settingsRevision: SettingsRevision, isEndedByOthers: Bool = false, changedAt: UTCTime? = nil
    ) {
        self.node = node
        self.name = name
        self.version = version
        self.incarnation = incarnation
        self.counter = counter
        self.isStopped = isStopped
        self.startedAt = startedAt
        self.lastSeenAt = lastSeenAt
        self.settingsRevision = settingsRevision
        self.isEndedByOthers = isEndedByOthers
        self.changedAt = changedAt ?? lastSeenAt
    }
}

package enum NodeRegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process has begun a newer incarnation of this node; this one must stop or begin anew.
    case declaredDead
    /// It is to be removed, and has begun a new incarnation meanwhile.
    case cameBack
    /// The node was removed from the cluster.
    case removed(at: UTCTime, by: String)
    case unavailable(cause: String)

    package var description: String {
        switch self {
        case .declaredDead: "this incarnation of the node is no more"
        case .cameBack: "the node has started again meanwhile"
        case .removed(let time, let author): "the node was removed from the cluster on \(time) by \(author)"
        case .unavailable(let cause): "the node registry is unavailable: \(cause)"
        }
    }
}

/// Where nodes are registered. Implemented by GatewayDatabase.
package protocol NodeRegistry: Sendable {
    /// Registers the node if it is new and begins its next incarnation; mail held by earlier ones becomes free.
    /// - Throws: `.removed`.
    func beginIncarnation(of node: NodeID, name: String, version: String) async throws(NodeRegistryError) -> Incarnation
    /// All nodes, by name, without those that were removed.
    func nodes() async throws(NodeRegistryError) -> [ClusterNode]
}

/// Raises the node's counter. Implemented by the writer of GatewayDatabase: a batch with nothing else in it.
package protocol HeartbeatWriter: Sendable {
    /// - Returns: whether the node is to leave service.
    /// - Throws: `.declaredDead` when the incarnation is no more.
    func beat(settingsRevision: SettingsRevision, figures: NodeFigures) async throws(NodeRegistryError) -> Bool
}
