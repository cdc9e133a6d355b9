package import Cluster
import DomainsAndUsers
import Settings

/// Nodes that leave service, come back, and leave the cluster: by any node about any node.
extension Administration {
    /// Takes a node out of service without losing anything: it says so to load balancers, finishes what runs and gives the rest to the others.
    /// - Parameter name: name or identifier.
    /// - Returns: false when it was to be drained already.
    /// - Throws: `.notFound`; `.invalid` when two nodes have the name.
    @discardableResult
    package func drainNode(named name: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> Bool {
        try await setDrain(true, named: name, "node.drain", caller)
    }

    /// Brings a node back that was or is being drained.
    /// - Returns: false when it was not.
    @discardableResult
    package func undrainNode(named name: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> Bool {
        try await setDrain(false, named: name, "node.undrain", caller)
    }

    private func setDrain(
        _ isWanted: Bool, named name: String, _ action: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> Bool {
        let node = try await node(named: name)
        do throws(NodeRegistryError) {
            return try await ports.cluster.departures.setDrain(isWanted, of: node.node, audit: entry(caller, action, node.name))
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// Takes a node out of the cluster for good: its mail goes to the others, its key is revoked, its own settings and the role are taken away.
    /// - Throws: `.conflict` with what to do first for one that is neither gone nor drained, and for the last one in service; `.denied` for
    ///   callers that are API keys; `.notFound`, `.invalid` as above.
    @discardableResult
    package func removeNode(named name: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> NodeRemoval {
        if case .apiKey = caller.actor {
            throw .denied(LocalizedText("An API key cannot remove a node.", ja: "API キーではノードを削除できません。"))
        }
        let node = try await node(named: name)
        let isSilent = node.node != nodeID && ports.cluster.presence.isSilent(node.node)
        if let obstacle = node.obstacleToRemoval(isSilent: isSilent) { throw .conflict(Self.advice(obstacle, node.name)) }
        if node.node == nodeID { try await refuseLast() }
        do throws(NodeRegistryError) {
            let removal = try await ports.cluster.departures.remove(
                node, by: caller.actor.description, audit: entry(caller, "node.remove", node.name))
            ports.node.wakeQueue()
            return removal
        } catch {
            switch error {
            case .cameBack:
                throw .conflict(
                    LocalizedText(
                        "\(node.name) has started again meanwhile; nothing was removed. Drain it first.",
                        ja: "\(node.name) がその間に再起動したため、削除していません。先に切り離してください。"))
            case .declaredDead, .removed, .unavailable: throw .unavailable(cause: error.description)
            }
        }
    }

    /// Somebody has to deliver what is in the queue.
    private func refuseLast() async throws(AdministrationError) {
        let others = try await clusterNodes().filter { $0.node != nodeID && !$0.isStopped && $0.drainAskedAt == nil }
        guard others.isEmpty else { return }
        throw .conflict(
            LocalizedText(
                "No other node is in service: nobody would deliver what is in the queue. Bring another node into service first.",
                ja: "ほかに稼働中のノードがないため、キューのメールを配送できなくなります。先にほかのノードを稼働させてください。"))
    }

    private static func advice(_ obstacle: RemovalObstacle, _ name: String) -> LocalizedText {
        switch obstacle {
        case .inService:
            LocalizedText(
                "\(name) is in service. Drain it first, or stop it; then remove it.",
                ja: "\(name) は稼働中です。先に切り離すか停止してから削除してください。")
        case .draining:
            LocalizedText(
                "\(name) is being drained and still finishes what runs. Wait until it is drained, or stop it; then remove it.",
                ja: "\(name) は切り離し中で、実行中の処理が残っています。切り離しの完了を待つか、停止してから削除してください。")
        case .silent:
            LocalizedText(
                "Nothing is heard of \(name), but it is not declared dead yet. That takes 30 seconds of silence; then remove it.",
                ja: "\(name) から応答がありませんが、まだ停止と判定されていません（30 秒かかります）。判定されてから削除してください。")
        }
    }

    /// What happened in the cluster, newest first, before the event `cursor`.
    package func clusterEvents(
        before cursor: AuditCursor? = nil, limit: Int, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [AuditRecord] {
        var filter = AuditFilter()
        filter.actions = Self.clusterActions
        return try await auditLog(filter, before: cursor, limit: limit, caller)
    }

    /// Actions of the audit log that are the cluster's history.
    package static var clusterActions: [String] {
        [
            "primary.take", "primary.designate", "node.join", "node.start", "node.stop", "node.declare-dead", "node.mail-adopted",
            "node.drain",
            "node.undrain", "node.drained", "node.remove", "node.clock-alarm", "node.clock-right", "node.folder-away", "node.folder-back",
            "registration-key.issue", "registration-key.bind", "registration-key.revoke",
        ]
    }
}

extension Administration {
    /// Between a draining node's no on its health page and the first 421.
    package var drainGraceSeconds: Int { current.snapshot.settings.cluster.drainGraceSeconds }
}
