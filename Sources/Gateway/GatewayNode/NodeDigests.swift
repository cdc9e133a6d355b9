import Administration
import Delivery
import Quarantine
import Settings
import SharedFolders

/// Digests as this node takes part in them: the primary's task, and the links that any node answers.
struct NodeDigests: Sendable {
    private let base: NodeBase
    private let stores: NodeDatabase.Stores

    init(base: NodeBase, stores: NodeDatabase.Stores) {
        self.base = base
        self.stores = stores
    }

    private var composer: DigestComposer {
        DigestComposer(settings: base.settings, domains: base.domains, ownURL: { base.ownURL })
    }

    var administrationPorts: Administration.DigestPorts {
        Administration.DigestPorts(store: stores.digests, links: stores.digestLinks, keys: stores.linkKeys, composer: composer)
    }

    /// - Parameter epoch: of the primary's role while this node has it.
    func service(
        writer: any DigestWriter, folder: MessageDataFolder, queue: DeliveryQueue, epoch: @escaping @Sendable () -> Int64?
    ) -> DigestService {
        DigestService(
            ports: DigestService.Ports(
                store: stores.digests, writer: writer, keys: stores.linkKeys, folder: folder, wake: { queue.wake() }),
            composer: composer, node: base.configuration.nodeID, epoch: epoch, logger: base.logger)
    }
}
