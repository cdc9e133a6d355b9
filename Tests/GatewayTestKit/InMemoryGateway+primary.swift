package import Cluster
package import Settings
import Synchronization

/// The role does not move.
extension InMemoryGateway: PrimaryStore {
    package func primaryRecord() async throws(NodeRegistryError) -> PrimaryRecord {
        try state.withLock { state throws(NodeRegistryError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            let holder = state.primary ?? node
            return PrimaryRecord(
                holder: Incarnation(node: holder, number: 1), lastHolder: holder, epoch: 1, counter: 1, designated: state.designated,
                isDesignatedInService: true)
        }
    }

    package func raise(_ epoch: Int64, by own: Incarnation) async throws(NodeRegistryError) -> Bool { true }

    package func take(
        _ seen: PrimaryRecord, by own: Incarnation, after silence: Duration?
    ) async throws(NodeRegistryError) -> Int64? { nil }

    package func giveBack(_ epoch: Int64, by own: Incarnation) async throws(NodeRegistryError) {}

    package func designate(_ node: NodeID?, audit: AuditEntry) async throws(NodeRegistryError) {
        change { state in
            state.designated = node
            state.audit.append(audit)
        }
    }
}
