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
    /// By hour: the present one and the 23 before it.
    package let lastDayFigures: [MailFigure]?
    package let domainCount: Int?
    /// Which revision each node has in force.
    package let inForce: SettingsInForce?
    package var nodeCount: Int? { inForce?.nodes.count }

    /// Messages of `lastDayFigures` by result.
    package var lastDay: [MessageResult: Int]? {
        lastDayFigures.map { $0.reduce(into: [:]) { $0[$1.result, default: 0] += $1.messages } }
    }

    /// Whether there may be more in the queue than `queue` says.
    package var isQueueLonger: Bool { queue.map { $0.recipients >= Administration.countedQueueEntries } ?? false }
}

extension Administration {
    /// Hours that the dashboard looks back, with the present one.
    package static var hoursOfDay: Int { 24 }
    /// Above it the queue is not counted; see `QueueAdministrationStore`.
    package static var countedQueueEntries: Int { 100_000 }

    /// The nodes' names, as far as they can be read at the moment.
    package func nodeNames(_ caller: AdministrationCaller) async -> [NodeID: String] {
        // A page shows the identifier of a node whose name it cannot get.
        let nodes = (try? await ports.nodes.nodes()) ?? []
        let removed = (try? await ports.cluster.departures.removedNodes()) ?? [:]
        return removed.merging(nodes.map { ($0.node, $0.name) }, uniquingKeysWith: { _, present in present })
    }

    /// Never fails: what cannot be found out is missing and shown by `health`.
    package func status(_ caller: AdministrationCaller) async -> GatewayStatus {
        let now = UTCTime.now()
        let since = StatisticsPeriod.hour.start(1 - Self.hoursOfDay, after: now)
        async let health = ports.node.health()
        // An unreadable figure is nil in the status; `health` names the cause.
        async let queue = try? ports.queue.queueSize()
        async let lastDay = try? ports.statistics.mailFigures(
            .hour, from: since, until: StatisticsPeriod.hour.start(1, after: now), direction: nil)
        async let domains = try? ports.domains.loadDomains().count
        async let inForce = try? settingsInForce(caller)
        return await GatewayStatus(
            health: health, activity: ports.node.activity(), settingsRevision: current.snapshot.revision, queue: queue,
            lastDayFigures: lastDay,
            domainCount: domains, inForce: inForce)
    }
}
