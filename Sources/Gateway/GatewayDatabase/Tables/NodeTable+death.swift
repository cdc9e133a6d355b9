package import Cluster
import Firebird
package import Settings

extension NodeTable: DeathRegistry {
    package func declareDead(_ node: ClusterNode, by: NodeID, after silence: Duration = .zero) async throws(NodeRegistryError) -> Bool {
        try await DatabaseSessions.translating(NodeRegistryError.unavailable) {
            do {
                return try await endIncarnation(node, by, silence)
            } catch let error as FirebirdError where error.kind == .conflict {
                // Nothing was heard for the full term and its row is locked all the same: a process that sleeps inside a transaction.
                try await cutOff(node)
                return try await endIncarnation(node, by, silence)
            }
        }
    }

    /// Names the counter last seen: any sign of life in between changes it.
    private func endIncarnation(_ node: ClusterNode, _ by: NodeID, _ silence: Duration) async throws -> Bool {
        try await sessions.background.transaction(deadline: .seconds(10), retryingConflicts: 5) { transaction in
            let now = UTCTime.now()
            let count = try transaction.execute(
                """
                update node set incarnation = incarnation + 1, is_stopped = true, changed_at = \(now), changed_by = \(by)
                where id = \(node.node) and incarnation = \(node.incarnation) and counter = \(node.counter)
                """)
            guard count == 1 else { return false }
            try AuditTable.insert(
                AuditEntry(
                    actor: .node, node: by, action: "node.declare-dead", target: node.name,
                    detail: "incarnation \(node.incarnation); silent for \(silence.secondsText) s"),
                transaction)
            return true
        }
    }

    private func cutOff(_ node: ClusterNode) async throws {
        _ = try await sessions.background.transaction(deadline: .seconds(10)) { transaction in
            try transaction.execute(
                """
                delete from mon$attachments where mon$attachment_id <> current_connection
                    and mon$attachment_id = (select writer_attachment from node where id = \(node.node))
                """)
        }
    }
}
