import Administration
import DomainsAndUsers
import Logging
import Settings

/// Writes what this node notices into the cluster's history. A row that cannot be written is in the log all the same.
struct ClusterHistory: Sendable {
    let audit: any AuditStore
    let node: NodeID
    let nodeName: String
    let logger: Logger

    /// - Parameter target: the node it is about; `nil`: this one.
    func tell(_ action: String, _ detail: String, about target: String? = nil) async {
        do throws(DirectoryError) {
            try await audit.record(
                AuditEntry(actor: .node, node: node, action: action, target: target ?? nodeName, detail: detail))
        } catch {
            logger.warning("an event of the cluster is not in its history", metadata: ["event": "\(action)", "cause": "\(error)"])
        }
    }
}
