import Cluster
import Delivery
import Logging
import ServiceLifecycle
import Settings
import SharedFolders

/// What a node does for its place in the cluster, besides heartbeat and role.
struct NodeDuties: Sendable {
    let gauges: NodeGauges
    let drain: NodeDrain
    let adoption: AdoptionWatch
    private let database: NodeDatabase
    private let history: ClusterHistory
    private let queue: DeliveryQueue
    private let logger: Logger

    init(
        configuration: NodeConfigurationFile, database: NodeDatabase, writing: NodeWriting, mail: MailServices, base: NodeBase
    ) {
        self.database = database
        logger = base.logger
        queue = mail.queue
        history = ClusterHistory(
            audit: database.audit, node: configuration.nodeID, nodeName: configuration.nodeName, logger: base.logger)
        gauges = NodeGauges(
            standing: writing.standing, listener: mail.listener, queue: mail.queue, accepted: mail.accepted, duty: database.duty)
        drain = NodeDrain(
            standing: writing.standing, settings: base.settings, listener: mail.listener, queue: mail.queue, duty: database.duty,
            history: history, logger: base.logger)
        adoption = AdoptionWatch(departures: database.departures, history: history)
    }

    func services(folder: MessageDataFolder) -> [any Service] {
        let database = database
        return [
            drain, adoption,
            ClockWatch(compare: { try await database.compareClocks() }, gauges: gauges, history: history, logger: logger),
            MessageDataWatch(folder: folder, queue: queue, gauges: gauges, history: history, logger: logger),
        ]
    }
}
