import Cluster
import Delivery
import DomainsAndUsers
package import MessageLog
package import Settings

/// What the dashboard and `securitygateway status` show.
package struct GatewayStatus: Sendable {
    package let health: NodeHealth
    package let activity: NodeActivity
    package let settingsRevision: SettingsRevision
    /// `nil`: the database does not answer.
    package let queue: (recipients: Int, due: Int)?
    package let lastDay: [MessageResult: Int]?
    package let domainCount: Int?
    package let nodeCount: Int?
}

extension Administration {
    /// Never fails: what cannot be found out is missing and shown by `health`.
    package func status(_ caller: AdministrationCaller) async -> GatewayStatus {
        let since = UTCTime.now().advanced(by: .seconds(-86_400))
        async let health = ports.node.health()
        // An unreadable figure is nil in the status; `health` names the cause.
        async let queue = try? ports.queue.queueSize()
        async let lastDay = try? ports.messageLog.counts(since: since)
        async let domains = try? ports.domains.loadDomains().count
        async let nodes = try? ports.nodes.nodes().count
        return await GatewayStatus(
            health: health, activity: ports.node.activity(), settingsRevision: current.snapshot.revision, queue: queue, lastDay: lastDay,
            domainCount: domains, nodeCount: nodes)
    }
}
