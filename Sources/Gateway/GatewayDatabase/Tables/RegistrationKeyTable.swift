package import Cluster
import Firebird
import MessageLog
package import Settings

/// Registration keys and who signs them.
package struct RegistrationKeyTable: RegistrationKeyStore {
    let sessions: DatabaseSessions
    /// Lower in tests only.
    var maximumKeys = RegistrationKeyTable.maximumRegistrationKeys

    init(sessions: DatabaseSessions) { self.sessions = sessions }

    private static let columns = "id, note, created_at, created_by, node_id, node_name, bound_at, revoked_at"
    private static let maximumActorBytes = 200
    private static let maximumNameBytes = 255

    package func clusterIdentity() async throws(RegistrationKeyError) -> ClusterIdentity {
        let node = sessions.node
        return try await sessions.write(unavailable: RegistrationKeyError.unavailable) { transaction in
            try Self.presentIdentity(transaction, by: node)
        }
    }

    /// Made by whoever asks first.
    static func presentIdentity(_ transaction: FirebirdTransaction, by node: NodeID) throws -> ClusterIdentity {
        if let present = try identity(transaction) { return present }
        let fresh = ClusterIdentity.fresh(at: .now())
        // Another node that makes one at this moment conflicts here or has committed: then this runs again and finds it.
        try SettingsTable.lock(transaction)
        if let present = try identity(transaction) { return present }
        try transaction.execute(
            """
            insert into cluster_identity (id, cluster_id, signing_key, changed_at, changed_by)
            values (1, \(fresh.cluster), \(fresh.signingKey), \(UTCTime.now()), \(node))
            """)
        return fresh
    }

    private static func identity(_ transaction: FirebirdTransaction) throws -> ClusterIdentity? {
        guard let row = try transaction.queryOne("select cluster_id, signing_key from cluster_identity where id = 1") else { return nil }
        return ClusterIdentity(cluster: try row.decode(0), signingKey: try row.decode(1))
    }

    package func registrationKeys() async throws(RegistrationKeyError) -> [RegistrationKey] {
        try await sessions.read(unavailable: RegistrationKeyError.unavailable) { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(Self.maximumRegistrationKeys)) \(unsafeSQL: Self.columns) from registration_key
                order by created_at desc, id desc
                """
            ).map(Self.key)
        }
    }

    package func insert(_ key: RegistrationKey, audit: AuditEntry) async throws(RegistrationKeyError) {
        let node = sessions.node
        let maximumKeys = maximumKeys
        try await sessions.write(audited: [audit], unavailable: RegistrationKeyError.unavailable) { transaction in
            // The bound holds among those who issue keys at this moment, too.
            try SettingsTable.lock(transaction)
            let count = try transaction.queryOne("select count(*) from registration_key")?.decode(0, as: Int.self) ?? 0
            guard count < maximumKeys else { throw RegistrationKeyError.tooMany }
            try transaction.execute(
                """
                insert into registration_key (id, note, created_at, created_by, changed_at, changed_by)
                values (\(key.identifier), \(FirebirdValue.octets(key.note)), \(key.createdAt),
                    \(key.createdBy.cut(to: Self.maximumActorBytes)), \(UTCTime.now()), \(node))
                """)
        }
    }

    package func firstKey(_ key: RegistrationKey, audit: AuditEntry) async throws(RegistrationKeyError) -> RecordIdentifier {
        guard let binding = key.binding else { throw .unknown }
        let node = sessions.node
        let name = FirebirdValue.octets(binding.nodeName.cut(to: Self.maximumNameBytes))
        return try await sessions.write(unavailable: RegistrationKeyError.unavailable) { transaction in
            // Of two first nodes one is the first.
            try SettingsTable.lock(transaction)
            let own = "select id from registration_key where node_id = \(binding.node) and revoked_at is null" as FirebirdQuery
            if let present = try transaction.queryOne(own) { return try present.decode(0) }
            try Self.checkIsFirst(binding.node, transaction)
            try transaction.execute(
                """
                insert into registration_key (id, note, created_at, created_by, node_id, node_name, bound_at, changed_at, changed_by)
                values (\(key.identifier), \(FirebirdValue.octets(key.note)), \(key.createdAt), \(key.createdBy), \(binding.node), \(name),
                    \(binding.boundAt), \(binding.boundAt), \(node))
                """)
            try AuditTable.insert(audit, transaction)
            return key.identifier
        }
    }

    /// A node that was here before there were keys may have one; else there must be neither key nor node.
    private static func checkIsFirst(_ node: NodeID, _ transaction: FirebirdTransaction) throws {
        // Also one whose key was revoked is here no more.
        if try transaction.queryOne("select first 1 id from registration_key where node_id = \(node)") != nil {
            throw RegistrationKeyError.revoked
        }
        if try transaction.queryOne("select id from node where id = \(node)") != nil { return }
        if let other = try transaction.queryOne("select first 1 name from node order by name") {
            throw RegistrationKeyError.heldBy(nodeName: try other.decode(0))
        }
        let taken = try transaction.queryOne("select first 1 node_name from registration_key where node_id is not null")
        if let taken { throw RegistrationKeyError.heldBy(nodeName: try taken.octets("node_name")) }
    }

    package func bind(
        _ identifier: RecordIdentifier, to binding: RegistrationKey.Binding, audit: AuditEntry
    ) async throws(RegistrationKeyError) {
        let node = sessions.node
        let name = FirebirdValue.octets(binding.nodeName.cut(to: Self.maximumNameBytes))
        try await sessions.write(unavailable: RegistrationKeyError.unavailable) { transaction in
            // The condition decides: of two nodes one changes the row, the other conflicts, runs again and finds it taken.
            let count = try transaction.execute(
                """
                update registration_key set node_id = \(binding.node), node_name = \(name), bound_at = \(binding.boundAt),
                    changed_at = \(binding.boundAt), changed_by = \(node)
                where id = \(identifier) and node_id is null and revoked_at is null
                """)
            if count == 1 { return try AuditTable.insert(audit, transaction) }
            try Self.checkHolder(identifier, binding.node, transaction)
        }
    }

    /// - Throws: why the key does not admit this node.
    private static func checkHolder(_ identifier: RecordIdentifier, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        let row = try transaction.queryOne("select \(unsafeSQL: columns) from registration_key where id = \(identifier)")
        guard let key = try row.map(key) else { throw RegistrationKeyError.unknown }
        if key.revokedAt != nil { throw RegistrationKeyError.revoked }
        guard let holder = key.binding, holder.node != node else { return }
        let present = try transaction.queryOne("select name from node where id = \(holder.node)")
        throw RegistrationKeyError.heldBy(nodeName: try present?.decode(0) ?? holder.nodeName)
    }

    package func revokeRegistrationKey(
        _ identifier: RecordIdentifier, at time: UTCTime, audit: AuditEntry
    ) async throws(RegistrationKeyError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: RegistrationKeyError.unavailable) { transaction in
            let count = try transaction.execute(
                """
                update registration_key set revoked_at = \(time), changed_at = \(UTCTime.now()), changed_by = \(node)
                where id = \(identifier) and revoked_at is null
                """)
            guard count == 1 else { throw RegistrationKeyError.unknown }
            // Fenced: each batch of that incarnation is refused from now on, and its mail is free for the others.
            try transaction.execute(
                """
                update node set incarnation = incarnation + 1, is_stopped = true, changed_at = \(time), changed_by = \(node)
                where id = (select node_id from registration_key where id = \(identifier))
                """)
        }
    }

    private static func key(_ row: FirebirdRow) throws(FirebirdError) -> RegistrationKey {
        let node = try row.decode(4, as: NodeID?.self)
        let boundAt = try row.decode(6, as: UTCTime?.self)
        var binding: RegistrationKey.Binding?
        if let node, let boundAt {
            binding = RegistrationKey.Binding(node: node, nodeName: try row.octets("node_name"), boundAt: boundAt)
        }
        return RegistrationKey(
            identifier: try row.decode(0), note: try row.octets("note"), createdAt: try row.decode(2), createdBy: try row.decode(3),
            binding: binding, revokedAt: try row.decode(7))
    }
}
