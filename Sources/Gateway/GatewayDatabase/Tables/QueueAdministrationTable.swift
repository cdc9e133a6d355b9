package import Delivery
import Firebird
import MessageLog
package import Settings

/// The queue as administrators see and change it.
package struct QueueAdministrationTable: QueueAdministrationStore {
    let sessions: DatabaseSessions
    /// Lower in tests only.
    var countedEntries = QueueAdministrationTable.countedQueueEntries

    init(sessions: DatabaseSessions) { self.sessions = sessions }

    private static let searchDeadline = Duration.seconds(8)

    /// In order of the message's identifier, which is the order of arrival on one node and nearly so in a cluster.
    package func queue(containing text: String, after cursor: QueueEntryID?, limit: Int) async throws(DeliveryQueueError) -> [QueueEntry] {
        let query = Self.query(containing: text, after: cursor, limit: limit)
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: DeliveryQueueError.unavailable) { transaction in
            try transaction.query(query).map(Self.entry)
        }
    }

    /// Rows are counted up to `countedQueueEntries`, those that are due along the index of claims.
    package func queueSize() async throws(DeliveryQueueError) -> (recipients: Int, due: Int) {
        let bound = countedEntries
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: DeliveryQueueError.unavailable) { transaction in
            (
                try transaction.queryOne(Self.sizeQuery(upTo: bound))?.decode(0) ?? 0,
                try transaction.queryOne(Self.dueQuery(at: .now(), upTo: bound))?.decode(0) ?? 0
            )
        }
    }

    static func sizeQuery(upTo bound: Int) -> FirebirdQuery {
        "select count(*) from (select first \(unsafeSQL: String(bound)) ordinal from queue)"
    }

    static func dueQuery(at time: UTCTime, upTo bound: Int) -> FirebirdQuery {
        """
        select count(*) from (select first \(unsafeSQL: String(bound)) ordinal from queue
            where holder = \(QueueRow.nobody) and incarnation = 0 and is_held = false and due_at <= \(time))
        """
    }

    package func perform(
        _ action: QueueAction, on entries: [QueueEntryID], audit: AuditEntry
    ) async throws(DeliveryQueueError) -> (done: [QueueEntryID], freeContent: [RecordIdentifier]) {
        guard !entries.isEmpty else { return ([], []) }
        let work = QueueActionWork(action: action, entries: entries, time: .now(), audit: audit)
        return try await sessions.write(audited: [audit], unavailable: DeliveryQueueError.unavailable) { try work.perform($0) }
    }

    private static func query(containing text: String, after cursor: QueueEntryID?, limit: Int) -> FirebirdQuery {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append("q.message_id >= \(cursor.message) and (q.message_id > \(cursor.message) or q.ordinal > \(cursor.ordinal))")
        }
        if !text.isEmpty {
            let part = text.cut(to: MessageLogFilter.maximumTextBytes)
            conditions.append("(\(FirebirdQuery.contains("m.reverse_path", part)) or \(FirebirdQuery.contains("r.address", part)))")
        }
        return """
            select first \(unsafeSQL: String(max(1, limit))) q.message_id, q.ordinal, m.reverse_path, r.address, m.subject, m.size_bytes,
                m.received_at, q.attempts, q.due_at, q.is_held, q.holder, r.reason
            from queue q left join message m on m.id = q.message_id
                left join recipient r on r.message_id = q.message_id and r.ordinal = q.ordinal
            \(FirebirdQuery.where(conditions)) order by q.message_id, q.ordinal
            """
    }

    private static func entry(_ row: FirebirdRow) throws(FirebirdError) -> QueueEntry {
        let message: RecordIdentifier = try row.decode(0)
        let holder: [UInt8] = try row.decode(10)
        return QueueEntry(
            message: message, ordinal: try row.decode(1), reversePath: try row.decode(2, as: String?.self) ?? "",
            recipient: try row.decode(3, as: String?.self) ?? "", subject: try row.decode(4, as: String?.self) ?? "",
            sizeBytes: try row.decode(5, as: Int?.self) ?? 0,
            receivedAt: try row.decode(6, as: UTCTime?.self) ?? UTCTime(milliseconds: message.milliseconds), attempts: try row.decode(7),
            nextAttemptAt: try row.decode(8), isHeldByAdministrator: try row.decode(9),
            holder: holder == QueueRow.nobody ? nil : RecordIdentifier(bytes: holder).map(NodeID.init),
            lastReply: String(decoding: try row.decode(11, as: [UInt8]?.self) ?? [], as: UTF8.self))
    }
}

/// One administrator's action on several rows, in one transaction. A row in a node's hand, or being taken at this moment, is
/// passed over.
private struct QueueActionWork: Sendable {
    let action: QueueAction
    let entries: [QueueEntryID]
    let time: UTCTime
    let audit: AuditEntry

    func perform(_ transaction: FirebirdTransaction) throws -> (done: [QueueEntryID], freeContent: [RecordIdentifier]) {
        var done: [QueueEntryID] = []
        for entry in entries {
            switch try transaction.attempt(change(entry)) {
            case .success(1): done.append(entry)
            case .success: continue
            case .failure(let error): guard error.kind == .conflict else { throw error }
            }
        }
        for entry in done { try writeLog(entry, transaction) }
        return (done, action == .delete ? try freeContent(done, transaction) : [])
    }

    private func change(_ entry: QueueEntryID) -> FirebirdQuery {
        let row: FirebirdQuery = "message_id = \(entry.message) and ordinal = \(entry.ordinal) and holder = \(QueueRow.nobody)"
        let trace: FirebirdQuery = "changed_at = \(time), changed_by = \(audit.node)"
        switch action {
        case .retry: return "update queue set due_at = minvalue(due_at, \(time)), \(trace) where \(row) and is_held = false"
        case .hold: return "update queue set is_held = true, \(trace) where \(row) and is_held = false"
        case .release: return "update queue set is_held = false, \(trace) where \(row) and is_held = true"
        case .delete: return "delete from queue where \(row)"
        }
    }

    private func writeLog(_ entry: QueueEntryID, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        let reply = "\(action.rawValue) by \(audit.actor)".cut()
        let event = DeliveryHistoryEvent(
            message: entry.message, ordinal: entry.ordinal, at: time, node: audit.node, kind: kind, reply: reply)
        try transaction.executeStatic(DeliveryEventRow.insert, DeliveryEventRow.values(event))
        guard action == .delete else { return }
        try transaction.executeStatic(
            RecipientRow.update,
            [
                .text(RecipientState.deleted.rawValue), .octets(reply), time.firebirdValue, audit.node.firebirdValue,
                entry.message.firebirdValue,
                .integer(entry.ordinal),
            ])
    }

    private var kind: DeliveryHistoryEvent.Kind {
        switch action {
        case .retry: .retried
        case .hold: .held
        case .release: .released
        case .delete: .deleted
        }
    }

    private func freeContent(_ done: [QueueEntryID], _ transaction: FirebirdTransaction) throws(FirebirdError) -> [RecordIdentifier] {
        let messages = Set(done.map(\.message)).sorted()
        let queued = try ContentReferenceTable.referenced(messages, transaction)
        return messages.filter { !queued.contains($0) }
    }
}
