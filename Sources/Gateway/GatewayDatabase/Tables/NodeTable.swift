package import Cluster
import Firebird
package import Settings

/// The nodes and their incarnations.
package struct NodeTable: NodeRegistry {
    let sessions: DatabaseSessions

    private static let maximumNameCharacters = 255
    private static let maximumVersionCharacters = 50

    package func beginIncarnation(of node: NodeID, name: String, version: String) async throws(NodeRegistryError) -> Incarnation {
        let name = String(name.unicodeScalars.prefix(Self.maximumNameCharacters))
        let version = String(version.unicodeScalars.prefix(Self.maximumVersionCharacters))
        // Repeated after a lost answer it begins one more: no harm, numbers only have to grow.
        return try await DatabaseSessions.translating(NodeRegistryError.unavailable) {
            // An earlier process of this node may still be writing its batches: each holds the row for a few milliseconds.
            try await sessions.requests.transaction(deadline: .seconds(30), retryingConflicts: 1_000) { transaction in
                let now = UTCTime.now()
                if let removal = try Self.removal(of: node, transaction) { throw NodeRegistryError.removed(at: removal.at, by: removal.by) }
                let row = try transaction.queryOne(
                    """
                    update node set incarnation = incarnation + 1, name = \(name), version = \(version), is_stopped = false, started_at = \(now),
                        last_seen_at = \(now), changed_at = \(now), changed_by = \(node), drain_phase = null
                    where id = \(node) and removed_at is null returning incarnation
                    """)
                // Removed between the two statements.
                if row == nil, let removal = try Self.removal(of: node, transaction) {
                    throw NodeRegistryError.removed(at: removal.at, by: removal.by)
                }
                try Self.tell(row == nil ? "node.join" : "node.start", of: node, name, "version \(version)", transaction)
                if let row { return Incarnation(node: node, number: try row.decode(0)) }
                try Self.insert(node, name, version, now, transaction)
                return Incarnation(node: node, number: 1)
            }
        }
    }

    private static func insert(
        _ node: NodeID, _ name: String, _ version: String, _ now: UTCTime, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        do {
            try transaction.execute(
                """
                insert into node (id, name, version, incarnation, counter, is_stopped, started_at, last_seen_at, settings_revision, changed_at,
                    changed_by)
                values (\(node), \(name), \(version), 1, 0, false, \(now), \(now), 0, \(now), \(node))
                """)
        } catch {
            // A copy of this node began in the same moment: as the second of them it begins anew behind it.
            throw error.kind == .duplicateKey ? error.reclassified(.conflict) : error
        }
    }

    package func nodes() async throws(NodeRegistryError) -> [ClusterNode] {
        try await sessions.read(unavailable: NodeRegistryError.unavailable) { try Self.all($0) }
    }

    /// Whether the connection with which a process of this node wrote last is still open, by the server's own list. False for a process
    /// that ended in whatever way; true also for one whose machine vanished, until the server notices.
    package func hasOpenWriter(_ node: NodeID) async throws(NodeRegistryError) -> Bool {
        try await sessions.read(unavailable: NodeRegistryError.unavailable) { transaction in
            try transaction.queryOne(
                """
                select 1 from mon$attachments where mon$attachment_id = (select writer_attachment from node where id = \(node))
                    and mon$attachment_id <> current_connection
                """) != nil
        }
    }

    /// Part of the cluster's history, in the transaction of what it tells of.
    static func tell(
        _ action: String, of node: NodeID, _ name: String, _ detail: String, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        try AuditTable.insert(AuditEntry(actor: .node, node: node, action: action, target: name, detail: detail), transaction)
    }

    /// All nodes, by name, without the removed ones.
    static func all(_ transaction: FirebirdTransaction) throws(FirebirdError) -> [ClusterNode] {
        try transaction.query(
            """
            select id, name, version, incarnation, counter, is_stopped, started_at, last_seen_at, settings_revision,
                case when is_stopped and changed_by <> id then true else false end, changed_at, drain_asked_at, drain_phase, smtp_sessions,
                deliveries, messages_minute, load_hundredths, clock_difference, database_micros, folder_micros
            from node where removed_at is null order by name, id
            """
        ).map { row throws(FirebirdError) in
            var node = ClusterNode(
                node: try row.decode(0), name: try row.decode(1), version: try row.decode(2), incarnation: try row.decode(3),
                counter: try row.decode(4), isStopped: try row.decode(5), startedAt: try row.decode(6), lastSeenAt: try row.decode(7),
                settingsRevision: try row.decode(8), isEndedByOthers: try row.decode(9), changedAt: try row.decode(10))
            node.drainAskedAt = try row.decode(11)
            node.figures = try figures(row)
            return node
        }
    }

    /// With the columns that every schema has: for a program that finds an older one.
    static func allOfAnySchema(_ transaction: FirebirdTransaction) throws(FirebirdError) -> [ClusterNode] {
        try transaction.query(
            """
            select id, name, version, incarnation, counter, is_stopped, started_at, last_seen_at, settings_revision from node order by name, id
            """
        ).map { row throws(FirebirdError) in
            ClusterNode(
                node: try row.decode(0), name: try row.decode(1), version: try row.decode(2), incarnation: try row.decode(3),
                counter: try row.decode(4), isStopped: try row.decode(5), startedAt: try row.decode(6), lastSeenAt: try row.decode(7),
                settingsRevision: try row.decode(8))
        }
    }

    /// `nil` before the first heartbeat of an incarnation, and for a phase of another version.
    private static func figures(_ row: FirebirdRow) throws(FirebirdError) -> NodeFigures? {
        guard let phase = DrainPhase(rawValue: try row.decode(12, as: String?.self) ?? "") else { return nil }
        return NodeFigures(
            phase: phase, smtpSessions: try row.decode(13), deliveries: try row.decode(14), messagesPerMinute: try row.decode(15),
            loadHundredths: try row.decode(16), clockDifferenceMilliseconds: try row.decode(17), databaseMicroseconds: try row.decode(18),
            messageDataMicroseconds: try row.decode(19))
    }
}
