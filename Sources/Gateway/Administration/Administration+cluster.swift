import Cluster
import Settings

/// The cluster and its primary.
extension Administration {
    private static var shownClusterEvents: Int { 20 }
    /// Further back the history is in the audit log only: a page looks at no more.
    private static var historyReach: Duration { .seconds(90 * 86_400) }

    package func cluster(_ caller: AdministrationCaller) async throws(AdministrationError) -> ClusterStatus {
        let inForce = try await settingsInForce(caller)
        let keys = try await registrationKeys(caller).filter { $0.state == .bound }
        let record = try await primaryRecord()
        let held = try await heldRows()
        var filter = AuditFilter(from: UTCTime.now().advanced(by: .zero - Self.historyReach))
        filter.actions = Self.clusterActions
        let history = try await auditLog(filter, limit: Self.shownClusterEvents, caller)
        let members = inForce.nodes.map { entry in
            let node = entry.node
            let isSilent = node.node != nodeID && ports.cluster.presence.isSilent(node.node)
            let (state, begun) = node.state(isSilent: isSilent)
            let since = state == .up ? node.drainAskedAt ?? begun : begun
            return ClusterStatus.Member(
                node: node, isPrimary: record.holder?.node == node.node, isDesignated: record.designated == node.node, state: state,
                since: since, key: keys.first { $0.binding?.node == node.node }, behind: entry.behind, held: held[node.node] ?? .none,
                obstacleToRemoval: node.obstacleToRemoval(isSilent: isSilent))
        }
        return ClusterStatus(
            primary: record, takesOver: current.snapshot.settings.cluster.takesOver, members: members, history: history)
    }

    /// The node has the role whenever it is in service; the present holder gives it back within seconds.
    /// - Parameter name: name or identifier of a node; `nil`: any node.
    /// - Throws: `.notFound`; `.invalid` when two nodes have the name.
    package func designatePrimary(named name: String?, _ caller: AdministrationCaller) async throws(AdministrationError) {
        var designated: ClusterNode?
        if let name { designated = try await node(named: name) }
        do throws(NodeRegistryError) {
            try await ports.cluster.primary.designate(
                designated?.node, audit: entry(caller, "primary.designate", designated?.name ?? "any node"))
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// For what only the primary does. While nobody has the role it is left to this node, which does it when it gets it.
    /// - Throws: `.conflict` with the name of the node to ask.
    func refuseOnSecondary() async throws(AdministrationError) {
        guard let holder = try await primaryRecord().holder?.node, holder != nodeID else { return }
        let name = try await clusterNodes().first { $0.node == holder }?.name ?? holder.description
        throw .conflict(
            LocalizedText(
                "This is done by the primary, \(name). Ask that node.", ja: "この処理はプライマリのノード \(name) が行います。そのノードで実行してください。"))
    }

    private func heldRows() async throws(AdministrationError) -> [NodeID: HeldRows] {
        do throws(NodeRegistryError) {
            return try await ports.cluster.departures.heldRows()
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    private func primaryRecord() async throws(AdministrationError) -> PrimaryRecord {
        do throws(NodeRegistryError) {
            return try await ports.cluster.primary.primaryRecord()
        } catch {
            throw .unavailable(cause: error.description)
        }
    }
}
