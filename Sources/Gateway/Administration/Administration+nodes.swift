package import Cluster
package import Settings

/// Which revision of the settings is in force where.
package struct SettingsInForce: Sendable {
    /// A node and how far it is behind.
    package struct Node: Sendable {
        package let node: ClusterNode
        /// Revisions that it has not reported yet; it reports every two seconds.
        package let behind: Int64
    }

    /// The newest revision in the database.
    package let newest: SettingsRevision
    /// By name.
    package let nodes: [Node]
}

extension Administration {
    /// The revision that each node reported last, beside the newest.
    package func settingsInForce(_ caller: AdministrationCaller) async throws(AdministrationError) -> SettingsInForce {
        // The nodes first: a node is never ahead of what is read after it.
        let nodes = try await clusterNodes()
        do throws(SettingsError) {
            let newest = try await ports.settings.currentRevision()
            return SettingsInForce(
                newest: newest,
                nodes: nodes.map { .init(node: $0, behind: max(0, newest.number - $0.settingsRevision.number)) })
        } catch {
            throw AdministrationError(error)
        }
    }

    /// A node by its name or its identifier.
    /// - Throws: `.notFound`; `.invalid` when two nodes have the name.
    func node(named text: String) async throws(AdministrationError) -> ClusterNode {
        let nodes = try await clusterNodes()
        if let identifier = NodeID(text), let node = nodes.first(where: { $0.node == identifier }) { return node }
        let found = nodes.filter { $0.name.lowercased() == text.lowercased() }
        guard let node = found.first else {
            throw .notFound(LocalizedText("There is no node “\(text)”.", ja: "ノード「\(text)」はありません。"))
        }
        guard found.count == 1 else {
            throw .invalid([
                FieldProblem(
                    "node", "\(found.count) nodes are named “\(text)”; name one by its identifier.",
                    ja: "「\(text)」という名前のノードが \(found.count) 台あります。識別子で指定してください。")
            ])
        }
        return node
    }

    func clusterNodes() async throws(AdministrationError) -> [ClusterNode] {
        do throws(NodeRegistryError) {
            return try await ports.nodes.nodes()
        } catch {
            throw .unavailable(cause: error.description)
        }
    }
}
