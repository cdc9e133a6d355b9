package import Logging
import ServiceLifecycle
package import Settings
import Synchronization

/// Declares nodes dead that have been silent for too long: from then on each batch of theirs is refused, and the mail in their hands is
/// free for the others.
package struct ClusterWatch: Service {
    private let registry: any DeathRegistry
    private let own: NodeID
    private let presence: ClusterPresence
    private let adopt: @Sendable (_ dead: ClusterNode, _ silentSince: ContinuousClock.Instant) -> Void
    private let logger: Logger

    /// - Parameter adopt: called when mail of a dead node became free, with the moment of its last sign of life.
    package init(
        registry: any DeathRegistry, own: NodeID, presence: ClusterPresence, logger: Logger,
        adopt: @escaping @Sendable (_ dead: ClusterNode, _ silentSince: ContinuousClock.Instant) -> Void
    ) {
        self.registry = registry
        self.own = own
        self.presence = presence
        self.logger = logger
        self.adopt = adopt
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var watch = SilenceWatch(own: own)
            while !Task.isCancelled {
                await look(&watch)
                try? await Task.sleep(for: SilenceWatch.interval)  // cancellation ends the loop
            }
        }
    }

    private func look(_ watch: inout SilenceWatch) async {
        do throws(NodeRegistryError) {
            let nodes = try await registry.nodes()
            let now = ContinuousClock.now
            let silent = watch.observe(nodes, at: now)
            let shown = nodes.filter { watch.silence(of: $0.node, at: now) >= SilenceWatch.shownAfter }
            tell(shown)
            for node in silent { try await declareDead(node, after: watch.silence(of: node.node, at: now), at: now) }
        } catch {
            // The health page and the writer tell of the database; here it only means that nothing is known.
            watch.readingFailed()
        }
    }

    private func declareDead(
        _ node: ClusterNode, after silence: Duration, at now: ContinuousClock.Instant
    ) async throws(NodeRegistryError) {
        guard try await registry.declareDead(node, by: own, after: silence) else { return }
        logger.error(
            "a node is silent and declared dead; its mail is free for the others",
            metadata: ["node": "\(node.name)", "incarnation": "\(node.incarnation)"])
        adopt(node, now.advanced(by: .zero - silence))
    }

    private func tell(_ silent: [ClusterNode]) {
        for node in presence.replace(silent) { logger.warning("nothing is heard of a node", metadata: ["node": "\(node.name)"]) }
    }
}

/// Which nodes this node has heard nothing of for `SilenceWatch.shownAfter`; for pages and commands.
package final class ClusterPresence: Sendable {
    private let silent = Mutex<Set<NodeID>>([])

    package init() {}

    package func isSilent(_ node: NodeID) -> Bool { silent.withLock { $0.contains(node) } }

    /// - Returns: those that were not silent before.
    func replace(_ nodes: [ClusterNode]) -> [ClusterNode] {
        silent.withLock { present in
            defer { present = Set(nodes.map(\.node)) }
            return nodes.filter { !present.contains($0.node) }
        }
    }
}

/// Where nodes are declared dead. Implemented by GatewayDatabase.
package protocol DeathRegistry: NodeRegistry {
    /// Ends the incarnation, if its counter is still the one seen. A process that sleeps in an open transaction is cut off.
    /// - Returns: false when it gave a sign of life, or another node was faster.
    /// - Parameter silence: until now, for the cluster's history.
    func declareDead(_ node: ClusterNode, by: NodeID, after silence: Duration) async throws(NodeRegistryError) -> Bool
}
