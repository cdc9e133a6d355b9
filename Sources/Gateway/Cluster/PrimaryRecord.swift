package import Settings

/// The primary role as the database has it (R1).
package struct PrimaryRecord: Sendable, Hashable {
    /// `nil`: given back, or never held.
    package let holder: Incarnation?
    /// Who holds it or held it last; `nil`: nobody ever did.
    package let lastHolder: NodeID?
    /// Raised by each taking; what a task of an earlier epoch writes is refused.
    package let epoch: Int64
    /// Raised by the holder; compared, never read as a time.
    package let counter: Int64
    /// The node that shall have it whenever it is in service; `nil`: any.
    package let designated: NodeID?
    /// Whether the designated node has not said goodbye, is not declared dead and not being drained.
    package let isDesignatedInService: Bool

    package init(
        holder: Incarnation?, lastHolder: NodeID?, epoch: Int64, counter: Int64, designated: NodeID?, isDesignatedInService: Bool
    ) {
        self.holder = holder
        self.lastHolder = lastHolder
        self.epoch = epoch
        self.counter = counter
        self.designated = designated
        self.isDesignatedInService = isDesignatedInService
    }
}

/// Where the role is kept. Implemented by GatewayDatabase.
package protocol PrimaryStore: Sendable {
    /// - Throws: `.unavailable`, as all of these.
    func primaryRecord() async throws(NodeRegistryError) -> PrimaryRecord
    /// A sign of life of the holder.
    /// - Returns: false when the epoch is over.
    func raise(_ epoch: Int64, by own: Incarnation) async throws(NodeRegistryError) -> Bool
    /// Takes the role if it is still as it was seen. A holder that sleeps in an open transaction is cut off.
    /// - Parameter silence: of the holder until now, for the cluster's history; `nil`: it gave the role back.
    /// - Returns: the new epoch; `nil` when another was faster or the holder gave a sign of life.
    func take(_ seen: PrimaryRecord, by own: Incarnation, after silence: Duration?) async throws(NodeRegistryError) -> Int64?
    /// Waits for the task's step under way, if there is one; harmless when the epoch is over.
    func giveBack(_ epoch: Int64, by own: Incarnation) async throws(NodeRegistryError)
    /// - Parameter node: `nil`: any node.
    func designate(_ node: NodeID?, audit: AuditEntry) async throws(NodeRegistryError)
}
