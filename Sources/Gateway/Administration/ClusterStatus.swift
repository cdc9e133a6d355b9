package import Cluster
package import Settings

/// The cluster as a page or a command shows it.
package struct ClusterStatus: Sendable {
    package let primary: PrimaryRecord
    /// Whether another node takes the role when the primary is silent.
    package let takesOver: Bool
    /// By name.
    package let members: [Member]
    /// What happened in the cluster, newest first.
    package let history: [AuditRecord]

    package struct Member: Sendable {
        package let node: ClusterNode
        package let isPrimary: Bool
        package let isDesignated: Bool
        package let state: NodeState
        /// When the state began, only to be shown.
        package let since: UTCTime
        /// `nil`: the node has none that is good.
        package let key: RegistrationKey?
        /// Revisions of the settings that it has not reported yet.
        package let behind: Int64
        /// Mail in its hand.
        package let held: HeldRows
        /// `nil`: it can be removed.
        package let obstacleToRemoval: RemovalObstacle?

        /// How it does, while it does anything.
        package var figures: NodeFigures? { node.isStopped ? nil : node.figures }
    }

    /// The node that has the role at the moment.
    package var holder: ClusterNode? { members.first(where: \.isPrimary)?.node }
    /// The node that shall have it; `nil`: any.
    package var designated: ClusterNode? { members.first(where: \.isDesignated)?.node }
}
