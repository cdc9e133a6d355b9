package import Administration
package import Cluster
package import DomainsAndUsers
package import Settings
import Synchronization

extension InMemoryGateway: AuditStore {
    package func auditEntries(_ filter: AuditFilter, before cursor: AuditCursor?, limit: Int) async throws(DirectoryError) -> [AuditRecord]
    {
        try directory { state in
            let all = state.audit.reversed().filter { entry in
                (filter.actions.isEmpty || filter.actions.contains(entry.action))
                    && (filter.text.isEmpty || entry.action.contains(filter.text) || entry.target.contains(filter.text))
                    && (filter.from.map { entry.time >= $0 } ?? true) && (filter.until.map { entry.time < $0 } ?? true)
            }
            let start = cursor.flatMap { cursor in all.firstIndex { $0.identifier == cursor.identifier }.map { $0 + 1 } } ?? 0
            return all.dropFirst(start).prefix(limit).map {
                AuditRecord(
                    identifier: $0.identifier, time: $0.time, actor: $0.actor.description, node: $0.node, action: $0.action,
                    target: $0.target,
                    detail: $0.detail)
            }
        }
    }

    package func record(_ entry: AuditEntry) async throws(DirectoryError) { try directory { state in state.audit.append(entry) } }
}

extension InMemoryGateway: NodeRegistry {
    package func beginIncarnation(of node: NodeID, name: String, version: String) async throws(NodeRegistryError) -> Incarnation {
        Incarnation(node: node, number: 1)
    }

    package func nodes() async throws(NodeRegistryError) -> [ClusterNode] {
        try state.withLock { state throws(NodeRegistryError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return state.nodes
        }
    }
}

extension InMemoryGateway: NodeMonitor {
    package func health() async -> NodeHealth {
        let isWorking = state.withLock { $0.isWorking && !$0.isUnavailable }
        return NodeHealth(parts: [
            NodeHealth.Part(
                name: "database", title: LocalizedText("Database", ja: "データベース"), isWorking: isWorking,
                detail: isWorking ? LocalizedText("answers", ja: "応答あり") : LocalizedText("does not answer", ja: "応答なし"))
        ])
    }

    package func activity() -> NodeActivity {
        NodeActivity(
            version: "1.2.3", nodeName: "mx1", startedAt: UTCTime(milliseconds: 1_700_000_000_123), smtpSessions: 3, maximumSessions: 100,
            listeners: ["smtp 127.0.0.1:2525"], activeRecipients: 4, deliveryConnections: 2, memoryContentBytes: 1024)
    }

    package func startMaintenance() { change { $0.maintenanceRequests += 1 } }
    package func wakeQueue() { change { $0.queueWakings += 1 } }
    package func adoptChanges() async {}
    package func setupIsDone() {}
    package func removeContent(_ messages: [RecordIdentifier]) { change { $0.removedContent += messages } }
}
