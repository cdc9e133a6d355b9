import Firebird
package import MessageLog
package import Settings

/// Runs of maintenance and what they remove, in short transactions on the background's connections.
package struct MaintenanceTable: MaintenanceStore {
    let sessions: DatabaseSessions
    /// Fewer in tests only: about 50 ms of work.
    var messagesPerBatch = 200

    private static let rowsPerBatch = 1_000
    /// Looked at again while there are more.
    private static let unfinishedRuns = 20
    private static let deadline = Duration.seconds(30)
    /// After this a run that nobody touches is another node's to go on with.
    static let abandonedAfter = Duration.seconds(900)

    /// Asserted in each transaction.
    var fence: PrimaryFence?

    init(sessions: DatabaseSessions, fence: PrimaryFence? = nil) {
        self.sessions = sessions
        self.fence = fence
    }

    package func maintenanceRuns(limit: Int) async throws(MessageLogError) -> [MaintenanceRun] {
        try await sessions.read(unavailable: MessageLogError.unavailable) { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) run_key, node_id, started_at, changed_at, state, removed_messages,
                    removed_figures, removed_audit, cause
                from maintenance_run order by started_at desc
                """
            ).map(Self.run)
        }
    }

    package func unfinishedMaintenance() async throws(MessageLogError) -> [String] {
        let done = MaintenanceRun.State.done.rawValue
        let sessions = sessions
        return try await DatabaseSessions.translating(MessageLogError.unavailable) {
            try await sessions.background.transaction(.readCommittedReadOnly, deadline: Self.deadline) { transaction in
                try transaction.query(
                    """
                    select first \(unsafeSQL: String(Self.unfinishedRuns)) run_key from maintenance_run where state <> \(done)
                    order by started_at
                    """
                ).map { try $0.decode(0) }
            }
        }
    }

    package func beginMaintenance(_ key: String) async throws(MessageLogError) -> MaintenanceBeginning {
        let node = sessions.node
        let now = UTCTime.now()
        // Of a fenced run nobody else has hold any more.
        let abandoned = fence == nil ? now.advanced(by: .zero - Self.abandonedAfter) : UTCTime(milliseconds: .max)
        return try await write { transaction in
            guard let present = try transaction.queryOne("select state from maintenance_run where run_key = \(key)") else {
                try transaction.execute(
                    """
                    insert into maintenance_run (run_key, node_id, started_at, state, removed_messages, removed_figures, removed_audit, cause,
                        changed_at, changed_by)
                    values (\(key), \(node), \(now), 'running', 0, 0, 0, \(FirebirdValue.bytes([])), \(now), \(node))
                    """)
                return .begun
            }
            let state: MaintenanceRun.State = try present.word("state")
            guard state != .done else { return .done }
            let taken = try transaction.execute(
                """
                update maintenance_run set node_id = \(node), state = 'running', changed_at = \(now), changed_by = \(node)
                where run_key = \(key) and state <> 'done' and (node_id = \(node) or changed_at < \(abandoned))
                """)
            return taken == 1 ? .begun : .taken
        }
    }

    package func removeBatch(
        _ step: MaintenanceStep, before cutoff: UTCTime, after position: RecordIdentifier?, in key: String
    ) async throws(MessageLogError) -> MaintenanceBatch {
        let node = sessions.node
        let count = messagesPerBatch
        return try await write { transaction in
            let batch: MaintenanceBatch
            let column: String
            switch step {
            case .messages:
                batch = try Self.removeMessages(before: cutoff, after: position, count: count, transaction)
                column = "removed_messages"
            case .hourFigures, .dayFigures, .correspondents, .greylist, .bans, .signInRefusals, .rates:
                batch = try Self.remove(Self.figures(step, before: cutoff), transaction)
                column = "removed_figures"
            case .auditEntries:
                batch = try Self.removeAudit(before: cutoff, transaction)
                column = "removed_audit"
            }
            try transaction.execute(
                """
                update maintenance_run set \(unsafeSQL: column) = \(unsafeSQL: column) + \(unsafeSQL: String(batch.removed)),
                    changed_at = \(UTCTime.now()), changed_by = \(node)
                where run_key = \(key)
                """)
            return batch
        }
    }

    package func endMaintenance(_ key: String, cause: String?) async throws(MessageLogError) {
        let node = sessions.node
        let state: MaintenanceRun.State = cause == nil ? .done : .stopped
        try await write { transaction in
            _ = try transaction.execute(
                """
                update maintenance_run set state = \(state.rawValue), cause = \(FirebirdValue.octets((cause ?? "").cut())),
                    changed_at = \(UTCTime.now()), changed_by = \(node)
                where run_key = \(key) and node_id = \(node) and state = 'running'
                """)
        }
    }

    package func textIndexReach() async throws(MessageLogError) -> TextIndexReach {
        try await sessions.read(unavailable: MessageLogError.unavailable) { transaction in
            let row = try transaction.queryOne("select min(begin_at), max(end_at) from text_segment where form = \(TextSegment.form)")
            return TextIndexReach(
                from: try row?.decode(0, as: UTCTime?.self), until: try row?.decode(1, as: UTCTime?.self),
                lateMessages: try TextLateness.places(transaction).count)
        }
    }

    /// One state of the database throughout, so that a message does not go between two questions who refers to it.
    private func write<Value: Sendable>(
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(MessageLogError) -> Value {
        let pool = sessions.background
        let fence = fence
        return try await DatabaseSessions.translating(MessageLogError.unavailable) {
            try await pool.transaction(.snapshotNoWait, deadline: Self.deadline, retryingConflicts: DatabaseSessions.writeRetries) {
                try fence?.assert($0)
                return try body($0)
            }
        }
    }
}

// MARK: - what goes

extension MaintenanceTable {
    /// Along the primary key, whose order is that of time: the oldest first, without walking over what stays.
    private static func removeMessages(
        before cutoff: UTCTime, after position: RecordIdentifier?, count: Int, _ transaction: FirebirdTransaction
    ) throws -> MaintenanceBatch {
        let last = RecordIdentifier(high: UInt64(max(0, cutoff.milliseconds)) << 16, low: 0)
        let first = position ?? RecordIdentifier(high: 0, low: 0)
        let found: [RecordIdentifier] = try transaction.query(
            """
            select first \(unsafeSQL: String(count)) m.id from message m
            where m.id > \(first) and m.id < \(last) and m.received_at < \(cutoff) order by m.id
            """
        ).map { try $0.decode(0) }
        let referenced = try ContentReferenceTable.referenced(found, transaction)
        let removable = found.filter { !referenced.contains($0) }
        for part in IdentifierList.parts(removable) {
            for table in ["delivery_event", "recipient", "message_header_part", "message_judgement"] {
                try transaction.executeUncounted("delete from \(unsafeSQL: table) where message_id in (\(list: part))")
            }
            try transaction.executeUncounted("delete from message where id in (\(list: part))")
        }
        return MaintenanceBatch(removed: removable.count, next: found.count == count ? found.last : nil)
    }

    private static func figures(_ step: MaintenanceStep, before cutoff: UTCTime) -> FirebirdQuery {
        switch step {
        case .hourFigures: "delete from mail_figure where period_name = 'hour' and start_at < \(cutoff)"
        case .dayFigures: "delete from mail_figure where period_name = 'day' and start_at < \(cutoff)"
        case .greylist: "delete from greylist where expires_at < \(cutoff)"
        case .rates: "delete from rate_figure where changed_at < \(cutoff)"
        case .bans: "delete from ban where expires_at < \(cutoff)"
        case .signInRefusals: "delete from sign_in_refusal where happened_at < \(cutoff)"
        case .correspondents, .messages, .auditEntries: "delete from correspondent where day_at < \(cutoff)"
        }
    }

    /// The audit log, and the settings' history with it.
    private static func removeAudit(before cutoff: UTCTime, _ transaction: FirebirdTransaction) throws -> MaintenanceBatch {
        let audit = try remove("delete from audit where happened_at < \(cutoff)", transaction)
        let history = try SettingsHistoryTable.remove(before: cutoff, count: rowsPerBatch, transaction)
        let isMore = audit.next != nil || history == rowsPerBatch
        return MaintenanceBatch(removed: audit.removed + history, next: isMore ? RecordIdentifier(high: 0, low: 0) : nil)
    }

    private static func remove(_ query: FirebirdQuery, _ transaction: FirebirdTransaction) throws -> MaintenanceBatch {
        let removed = try transaction.execute("\(query) rows \(unsafeSQL: String(rowsPerBatch))")
        return MaintenanceBatch(removed: removed, next: removed == rowsPerBatch ? RecordIdentifier(high: 0, low: 0) : nil)
    }

    private static func run(_ row: FirebirdRow) throws(FirebirdError) -> MaintenanceRun {
        MaintenanceRun(
            key: try row.decode(0), node: try row.decode(1), startedAt: try row.decode(2), changedAt: try row.decode(3),
            state: try row.word("state"), removedMessages: try row.decode(5), removedFigures: try row.decode(6),
            removedAuditEntries: try row.decode(7), cause: try row.octets(8))
    }
}
