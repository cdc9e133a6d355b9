import Administration
import Cluster
import MessageLog
import Settings

/// `GET /health`: the parts of the node and whether each works.
package struct HealthDocument: Codable, Sendable {
    package let isWorking: Bool
    package let parts: [Part]

    package struct Part: Codable, Sendable {
        package let name: String
        package let title: LocalizedDocument
        package let isWorking: Bool
        /// It works, and there is something to see to.
        package let isWarning: Bool
        package let detail: LocalizedDocument
    }

    init(_ health: NodeHealth) {
        isWorking = health.isWorking
        parts = health.parts.map {
            Part(
                name: $0.name, title: LocalizedDocument($0.title), isWorking: $0.isWorking, isWarning: $0.isWarning,
                detail: LocalizedDocument($0.detail))
        }
    }
}

/// `GET /status`: health and figures of the node.
package struct StatusDocument: Codable, Sendable {
    package let health: HealthDocument
    package let node: String
    package let nodeName: String
    package let version: String
    package let startedAt: String
    package let settingsRevision: Int64
    package let listeners: [String]
    package let smtpSessions: Int
    package let maximumSessions: Int
    package let activeRecipients: Int
    package let deliveryConnections: Int
    package let memoryContentBytes: Int
    /// This and the following are absent when the database does not answer.
    package let queue: Queue?
    package let lastDay: LastDay?
    package let domainCount: Int?
    package let nodeCount: Int?
    /// The newest revision of the settings in the database; `settingsRevision` is the one in force on this node.
    package let newestSettingsRevision: Int64?
    /// Which revision each node reported last.
    package let nodes: [NodeSettings]?

    package struct NodeSettings: Codable, Sendable {
        package let node: String
        package let name: String
        package let settingsRevision: Int64
        /// Revisions that it has not reported yet; it reports every two seconds.
        package let behind: Int64
        package let isStopped: Bool
        package let lastSeenAt: String

        init(_ state: SettingsInForce.Node) {
            node = state.node.node.description
            name = state.node.name
            settingsRevision = state.node.settingsRevision.number
            behind = state.behind
            isStopped = state.node.isStopped
            lastSeenAt = TimeText.text(state.node.lastSeenAt)
        }
    }

    package struct Queue: Codable, Sendable {
        package let recipients: Int
        package let due: Int
        /// Whether there may be more than `recipients`.
        package let isMinimum: Bool
    }

    package struct LastDay: Codable, Sendable {
        package let accepted: Int
        package let refused: Int
        package let postponed: Int
        package let quarantined: Int
    }

    init(_ status: GatewayStatus, node: NodeID) {
        health = HealthDocument(status.health)
        self.node = node.description
        nodeName = status.activity.nodeName
        version = status.activity.version
        startedAt = TimeText.text(status.activity.startedAt)
        settingsRevision = status.settingsRevision.number
        listeners = status.activity.listeners
        smtpSessions = status.activity.smtpSessions
        maximumSessions = status.activity.maximumSessions
        activeRecipients = status.activity.activeRecipients
        deliveryConnections = status.activity.deliveryConnections
        memoryContentBytes = status.activity.memoryContentBytes
        let isMinimum = status.isQueueLonger
        queue = status.queue.map { Queue(recipients: $0.recipients, due: $0.due, isMinimum: isMinimum) }
        lastDay = status.lastDay.map {
            LastDay(
                accepted: $0[.accepted] ?? 0, refused: $0[.refused] ?? 0, postponed: $0[.postponed] ?? 0,
                quarantined: $0[.quarantined] ?? 0)
        }
        domainCount = status.domainCount
        nodeCount = status.nodeCount
        newestSettingsRevision = status.inForce?.newest.number
        nodes = status.inForce?.nodes.map(NodeSettings.init)
    }
}

/// A node of the cluster in `GET /nodes`.
package struct NodeDocument: Codable, Sendable {
    package let node: String
    package let name: String
    package let version: String
    package let incarnation: Int64
    package let isStopped: Bool
    package let startedAt: String
    package let lastSeenAt: String
    package let settingsRevision: Int64

    init(_ node: ClusterNode) {
        self.node = node.node.description
        name = node.name
        version = node.version
        incarnation = node.incarnation
        isStopped = node.isStopped
        startedAt = TimeText.text(node.startedAt)
        lastSeenAt = TimeText.text(node.lastSeenAt)
        settingsRevision = node.settingsRevision.number
    }
}
