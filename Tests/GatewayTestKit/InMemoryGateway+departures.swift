package import Cluster
package import Settings
import Synchronization

/// Wishes are kept at once; no node reports how far it is.
extension InMemoryGateway: NodeDepartures {
    package func setDrain(_ isWanted: Bool, of node: NodeID, audit: AuditEntry) async throws(NodeRegistryError) -> Bool {
        try state.withLock { state throws(NodeRegistryError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            guard let place = state.nodes.firstIndex(where: { $0.node == node }), (state.nodes[place].drainAskedAt != nil) != isWanted
            else {
                return false
            }
            state.nodes[place].drainAskedAt = isWanted ? audit.time : nil
            state.audit.append(audit)
            return true
        }
    }

    package func heldRows() async throws(NodeRegistryError) -> [NodeID: HeldRows] { [:] }

    package func rowsLeft(by node: NodeID) async throws(NodeRegistryError) -> Int { 0 }

    package func remove(_ node: ClusterNode, by author: String, audit: AuditEntry) async throws(NodeRegistryError) -> NodeRemoval {
        change { state in
            state.nodes.removeAll { $0.node == node.node }
            state.removedNodes[node.node] = node.name
            state.audit.append(audit)
        }
        return NodeRemoval(freedRows: 3, settings: 1)
    }

    package func removal(of node: NodeID) async throws(NodeRegistryError) -> (at: UTCTime, by: String)? { nil }

    package func removedNodes() async throws(NodeRegistryError) -> [NodeID: String] { state.withLock(\.removedNodes) }
}
