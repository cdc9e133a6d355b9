import Cluster
import Settings

/// Whether this process may be its node in the cluster: it has a key of its own (R3), runs the version of the others (R2), and no other
/// process is this node already. Asked after the database was opened and before anything is begun in it.
struct NodeAdmission: Sendable {
    let configuration: NodeConfigurationFile
    let database: NodeDatabase

    /// - Returns: the configuration with its key; the caller stores it when it is new.
    func admit() async throws(NodeStartupError) -> NodeConfigurationFile {
        try await refuseRemoved()
        var admitted = configuration
        do throws(RegistrationKeyError) {
            admitted.registrationKey = try await keyText()
        } catch {
            throw .registration(error)
        }
        try await lookAtOthers()
        return admitted
    }

    /// Its key was revoked with it; this says why.
    private func refuseRemoved() async throws(NodeStartupError) {
        do throws(NodeRegistryError) {
            if let removal = try await database.departures.removal(of: configuration.nodeID) {
                throw NodeRegistryError.removed(at: removal.at, by: removal.by)
            }
        } catch {
            throw NodeStartupError(error)
        }
    }

    /// The key in `node.conf`, bound to this node; a cluster's first node is given one.
    private func keyText() async throws(RegistrationKeyError) -> String {
        let store = database.stores.registrationKeys
        let identity = try await store.clusterIdentity()
        guard let text = configuration.registrationKey else { return try identity.text(of: try await firstKey(store)) }
        let identifier = try identity.identifier(of: text)
        try await store.bind(identifier, to: binding, audit: entry("registration-key.bind", identifier))
        return text
    }

    private func firstKey(_ store: any RegistrationKeyStore) async throws(RegistrationKeyError) -> RecordIdentifier {
        let now = UTCTime.now()
        let key = RegistrationKey(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), note: "", createdAt: now,
            createdBy: AuditActor.node.description, binding: binding)
        return try await store.firstKey(key, audit: entry("registration-key.issue", key.identifier))
    }

    private var binding: RegistrationKey.Binding {
        RegistrationKey.Binding(node: configuration.nodeID, nodeName: configuration.nodeName, boundAt: .now())
    }

    private func entry(_ action: String, _ key: RecordIdentifier) -> AuditEntry {
        AuditEntry(
            actor: .node, node: configuration.nodeID, action: action, target: key.description, detail: configuration.nodeName)
    }

    /// Waits a few heartbeats only when something looks wrong: another version, or a connection of this node's that is still open.
    private func lookAtOthers() async throws(NodeStartupError) {
        let suspects = try await suspects()
        guard !suspects.isEmpty else { return }
        let liveness = NodeLiveness(before: suspects)
        // Cancelled only with the process, which then begins nothing.
        try? await Task.sleep(for: NodeLiveness.patience)
        let watched = Set(suspects.map(\.node))
        let alive = liveness.alive(in: try await nodes().filter { watched.contains($0.node) })
        if let twin = alive.first(where: { $0.node == configuration.nodeID }) { throw .twin(nodeName: twin.name) }
        if let other = alive.first { throw .version(other: other.name, otherVersion: other.version) }
    }

    private func suspects() async throws(NodeStartupError) -> [ClusterNode] {
        let present = try await nodes().filter { !$0.isStopped }
        var suspects = present.filter { $0.node != configuration.nodeID && $0.version != ProductVersion.text }
        if let own = present.first(where: { $0.node == configuration.nodeID }), try await hasOpenWriter(own.node) { suspects.append(own) }
        return suspects
    }

    private func nodes() async throws(NodeStartupError) -> [ClusterNode] {
        do throws(NodeRegistryError) {
            return try await database.stores.nodes.nodes()
        } catch {
            throw .database(reason: error.description)
        }
    }

    private func hasOpenWriter(_ node: NodeID) async throws(NodeStartupError) -> Bool {
        do throws(NodeRegistryError) {
            return try await database.hasOpenWriter(node)
        } catch {
            throw .database(reason: error.description)
        }
    }
}

extension NodeStartupError {
    init(_ error: NodeRegistryError) {
        switch error {
        case .removed(let time, let author): self = .removed(at: time, by: author)
        case .declaredDead, .cameBack, .unavailable: self = .database(reason: error.description)
        }
    }
}
