package import Cluster
import Firebird
package import Settings

/// Draining and removing nodes.
extension NodeTable: NodeDepartures {
    /// Of each node; a longer queue in one hand is said to be this long.
    package static var countedRows: Int { 100_000 }
    private static var freedPerBatch: Int { 1_000 }
    private static var maximumAuthorCharacters: Int { 200 }

    package func setDrain(_ isWanted: Bool, of node: NodeID, audit: AuditEntry) async throws(NodeRegistryError) -> Bool {
        let asked: UTCTime? = isWanted ? audit.time : nil
        let condition: FirebirdQuery = isWanted ? "drain_asked_at is null" : "drain_asked_at is not null"
        return try await sessions.write(unavailable: NodeRegistryError.unavailable) { transaction in
            let count = try transaction.execute(
                "update node set drain_asked_at = \(asked) where id = \(node) and removed_at is null and \(condition)")
            guard count == 1 else { return false }
            try AuditTable.insert(audit, transaction)
            return true
        }
    }

    package func heldRows() async throws(NodeRegistryError) -> [NodeID: HeldRows] {
        let limit = String(Self.countedRows)
        return try await sessions.read(unavailable: NodeRegistryError.unavailable) { transaction in
            let rows = try transaction.query(
                """
                select n.id,
                    (select count(*) from (select first \(unsafeSQL: limit) 1 as one from queue q
                        where q.holder = n.id and q.incarnation = n.incarnation)),
                    (select count(*) from (select first \(unsafeSQL: limit) 1 as one from queue q
                        where q.holder = n.id and q.incarnation < n.incarnation))
                from node n
                """)
            let held = try rows.map { (try $0.decode(0, as: NodeID.self), HeldRows(inHand: try $0.decode(1), left: try $0.decode(2))) }
            return Dictionary(held, uniquingKeysWith: { first, _ in first })
        }
    }

    package func rowsLeft(by node: NodeID) async throws(NodeRegistryError) -> Int {
        try await sessions.read(unavailable: NodeRegistryError.unavailable) { transaction in
            try transaction.queryOne(
                """
                select count(*) from (select first \(unsafeSQL: String(Self.countedRows)) 1 as one from queue q
                    where q.holder = \(node) and q.incarnation < (select incarnation from node where id = \(node)))
                """)?.decode(0) ?? 0
        }
    }

    package func removal(of node: NodeID) async throws(NodeRegistryError) -> (at: UTCTime, by: String)? {
        try await sessions.read(unavailable: NodeRegistryError.unavailable) { try Self.removal(of: node, $0) }
    }

    static func removal(of node: NodeID, _ transaction: FirebirdTransaction) throws -> (at: UTCTime, by: String)? {
        let row = try transaction.queryOne("select removed_at, removed_by from node where id = \(node) and removed_at is not null")
        return try row.map { (try $0.decode(0), try $0.decode(1, as: String?.self) ?? "") }
    }

    package func removedNodes() async throws(NodeRegistryError) -> [NodeID: String] {
        try await sessions.read(unavailable: NodeRegistryError.unavailable) { transaction in
            let rows = try transaction.query("select id, name from node where removed_at is not null")
            return Dictionary(
                try rows.map { (try $0.decode(0, as: NodeID.self), try $0.decode(1, as: String.self)) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    package func remove(_ node: ClusterNode, by author: String, audit: AuditEntry) async throws(NodeRegistryError) -> NodeRemoval {
        let ended = try await end(node)
        // Its mail first: only who has nothing left is removed.
        var freed = 0
        while case let count = try await freeRows(of: ended), count > 0 { freed += count }
        let settings = try await strike(ended, author, audit)
        return NodeRemoval(freedRows: freed, settings: settings)
    }

    /// From then on nothing of the old process counts: what it writes is refused, what it claims is free.
    private func end(_ node: ClusterNode) async throws(NodeRegistryError) -> Incarnation {
        let author = sessions.node
        return try await sessions.write(unavailable: NodeRegistryError.unavailable) { transaction in
            let now = UTCTime.now()
            let row = try transaction.queryOne(
                """
                update node set incarnation = incarnation + 1, is_stopped = true, changed_at = \(now), changed_by = \(author)
                where id = \(node.node) and incarnation = \(node.incarnation) and removed_at is null returning incarnation
                """)
            guard let row else { throw NodeRegistryError.cameBack }
            return Incarnation(node: node.node, number: try row.decode(0))
        }
    }

    /// - Returns: how many rows became free.
    private func freeRows(of ended: Incarnation) async throws(NodeRegistryError) -> Int {
        let author = sessions.node
        return try await sessions.write(unavailable: NodeRegistryError.unavailable) { transaction in
            try transaction.execute(
                """
                update queue set holder = \(QueueRow.nobody), incarnation = 0, claim_number = 0, changed_at = \(UTCTime.now()),
                    changed_by = \(author)
                where holder = \(ended.node) and incarnation < \(ended.number) rows \(unsafeSQL: String(Self.freedPerBatch))
                """)
        }
    }

    private func strike(_ ended: Incarnation, _ by: String, _ audit: AuditEntry) async throws(NodeRegistryError) -> Int {
        let author = sessions.node
        let node = ended.node
        let name = String(by.unicodeScalars.prefix(Self.maximumAuthorCharacters))
        return try await sessions.write(audited: [audit], unavailable: NodeRegistryError.unavailable) { transaction in
            let now = UTCTime.now()
            let count = try transaction.execute(
                """
                update node set removed_at = \(now), removed_by = \(name), drain_asked_at = null, changed_at = \(now), changed_by = \(author)
                where id = \(node) and incarnation = \(ended.number) and removed_at is null
                """)
            guard count == 1 else { throw NodeRegistryError.cameBack }
            try transaction.executeUncounted(
                """
                update registration_key set revoked_at = \(now), changed_at = \(now), changed_by = \(author)
                where node_id = \(node) and revoked_at is null
                """)
            try transaction.executeUncounted(
                "update primary_role set designated = null, changed_at = \(now), changed_by = \(author) where designated = \(node)")
            try transaction.executeUncounted(
                "update primary_role set incarnation = 0, changed_at = \(now), changed_by = \(author) where holder = \(node) and incarnation > 0"
            )
            return try Self.removeSettings(of: node, audit, by: author, transaction)
        }
    }

    /// - Returns: how many values of the node's own there were.
    private static func removeSettings(
        of node: NodeID, _ audit: AuditEntry, by author: NodeID, _ transaction: FirebirdTransaction
    ) throws -> Int {
        let scope = SettingsScope.node(node)
        let rows = try transaction.query(
            """
            select section, name from setting
            where scope = \(scope.kind.rawValue) and scope_owner = \(scope.owner) and setting_value is not null
            """)
        guard !rows.isEmpty else { return 0 }
        var sections: [String: [String: String?]] = [:]
        for row in rows { sections[try row.decode(0), default: [:]][try row.decode(1)] = .some(nil) }
        let revision = try SettingsTable.raiseRevision(by: author, transaction)
        for (section, values) in sections.sorted(by: { $0.key < $1.key }) {
            try SettingsTable.write(
                SettingsChange(scope: scope, section: section, values: values, basedOn: nil), revision,
                by: SettingsHistoryTable.Author(audit, node: author), transaction)
        }
        return rows.count
    }
}
