package import Cluster
import Firebird
package import Settings

/// The primary role: one row for its epoch and one for its holder's counter. Who takes it changes both, so a taker and a late sign of life
/// meet in the counter's row and one of them is refused.
package struct PrimaryRoleTable: PrimaryStore {
    let sessions: DatabaseSessions

    private static let deadline = Duration.seconds(5)
    /// A task's step holds the row for up to a second.
    private static let retries = 150

    package func primaryRecord() async throws(NodeRegistryError) -> PrimaryRecord {
        try await run(.readCommittedReadOnly) { transaction in
            let row = try transaction.queryOne(
                """
                select r.holder, r.incarnation, r.epoch, r.designated, c.counter, case when n.is_stopped = false and n.drain_asked_at is null then true else false end
                from primary_role r join primary_counter c on c.id = r.id left join node n on n.id = r.designated where r.id = 1
                """)
            guard let row else { throw NodeRegistryError.unavailable(cause: "the primary role has no row") }
            let last = try row.decode(0, as: NodeID?.self)
            let number = try row.decode(1, as: Int64.self)
            return PrimaryRecord(
                holder: number == 0 ? nil : last.map { Incarnation(node: $0, number: number) }, lastHolder: last, epoch: try row.decode(2),
                counter: try row.decode(4), designated: try row.decode(3), isDesignatedInService: try row.decode(5))
        }
    }

    package func raise(_ epoch: Int64, by own: Incarnation) async throws(NodeRegistryError) -> Bool {
        try await run { transaction in
            try transaction.execute(
                """
                update primary_counter set counter = counter + 1, writer_attachment = current_connection, changed_at = \(UTCTime.now()),
                    changed_by = \(own.node)
                where id = 1 and exists (select 1 from primary_role where id = 1 and epoch = \(epoch) and holder = \(own.node)
                    and incarnation = \(own.number))
                """) == 1
        }
    }

    package func take(
        _ seen: PrimaryRecord, by own: Incarnation, after silence: Duration? = nil
    ) async throws(NodeRegistryError) -> Int64? {
        try await DatabaseSessions.translating(NodeRegistryError.unavailable) {
            do {
                return try await replaceHolder(seen, own, silence)
            } catch is HolderIsAlive {
                return nil
            } catch let error as FirebirdError where error.kind == .conflict {
                guard let holder = seen.holder, holder.node != own.node else { throw error }
                // Nothing was heard for the full term and a row is locked all the same: a process that sleeps inside a transaction.
                try await cutOff(holder.node)
                return try await replaceHolder(seen, own, silence)
            }
        }
    }

    /// Names the counter last seen: any sign of life of the holder in between changes it.
    private func replaceHolder(_ seen: PrimaryRecord, _ own: Incarnation, _ silence: Duration?) async throws -> Int64? {
        try await sessions.background.transaction(deadline: Self.deadline, retryingConflicts: Self.retries) { transaction in
            let now = UTCTime.now()
            // The epoch first: a task's step under way is waited for here.
            let taken = try transaction.execute(
                """
                update primary_role set holder = \(own.node), incarnation = \(own.number), epoch = epoch + 1, changed_at = \(now),
                    changed_by = \(own.node)
                where id = 1 and epoch = \(seen.epoch)
                """)
            guard taken == 1 else { return nil }
            let counted = try transaction.execute(
                """
                update primary_counter set counter = counter + 1, writer_attachment = current_connection, changed_at = \(now),
                    changed_by = \(own.node)
                where id = 1 and counter = \(seen.counter)
                """)
            // Both or neither.
            guard counted == 1 else { throw HolderIsAlive() }
            if let last = seen.lastHolder, last != own.node { try Self.audit(last, own.node, seen.epoch + 1, silence, transaction) }
            return seen.epoch + 1
        }
    }

    package func giveBack(_ epoch: Int64, by own: Incarnation) async throws(NodeRegistryError) {
        try await run { transaction in
            _ = try transaction.execute(
                """
                update primary_role set incarnation = 0, changed_at = \(UTCTime.now()), changed_by = \(own.node)
                where id = 1 and epoch = \(epoch) and holder = \(own.node) and incarnation = \(own.number)
                """)
        }
    }

    package func designate(_ node: NodeID?, audit: AuditEntry) async throws(NodeRegistryError) {
        let author = sessions.node
        try await sessions.write(audited: [audit], unavailable: NodeRegistryError.unavailable) { transaction in
            _ = try transaction.execute(
                "update primary_role set designated = \(node), changed_at = \(UTCTime.now()), changed_by = \(author) where id = 1")
        }
    }

    private func run<Value: Sendable>(
        _ isolation: FirebirdIsolation = .readCommittedNoWait, _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(NodeRegistryError) -> Value {
        let sessions = sessions
        return try await DatabaseSessions.translating(NodeRegistryError.unavailable) {
            try await sessions.background.transaction(isolation, deadline: Self.deadline, retryingConflicts: Self.retries, body)
        }
    }

    /// The role went from one node to another: part of the cluster's history.
    private static func audit(_ last: NodeID, _ own: NodeID, _ epoch: Int64, _ silence: Duration?, _ transaction: FirebirdTransaction)
        throws
    {
        func name(_ node: NodeID) throws -> String {
            try transaction.queryOne("select name from node where id = \(node)")?.decode(0) ?? node.description
        }
        let time = silence.map { "; silent for \($0.secondsText) s" } ?? ""
        try NodeTable.tell(
            "primary.take", of: own, try name(own), "epoch \(epoch); before: \(try name(last))\(time)", transaction)
    }

    /// Ends every connection of the holder's process. A step of a task may have any of them, and what an open transaction wrote is not
    /// seen here, so the process is known by the connections it wrote with last. It connects again when it wakes.
    func cutOff(_ holder: NodeID) async throws {
        _ = try await sessions.background.transaction(deadline: Self.deadline) { transaction in
            let connections: [Int64] = try transaction.query(
                """
                select distinct other.mon$attachment_id from mon$attachments known
                join mon$attachments other on other.mon$remote_pid = known.mon$remote_pid
                    and other.mon$remote_host is not distinct from known.mon$remote_host
                join mon$attachments own on own.mon$attachment_id = current_connection
                where known.mon$attachment_id in ((select writer_attachment from node where id = \(holder)),
                        (select writer_attachment from primary_counter where changed_by = \(holder)))
                    and (own.mon$remote_pid is distinct from known.mon$remote_pid
                        or own.mon$remote_host is distinct from known.mon$remote_host)
                """
            ).map { try $0.decode(0) }
            for connection in connections {
                try transaction.executeUncounted("delete from mon$attachments where mon$attachment_id = \(connection)")
            }
        }
    }
}

/// The counter is not the one that was seen.
private struct HolderIsAlive: Error, CustomStringConvertible {
    var description: String { "the primary gave a sign of life" }
}
