import Delivery
import Firebird
package import MessageLog
import Quarantine
package import Settings

/// What takes messages out of quarantine. Each transaction begins with the conditional deletion of the row that keeps the message: of
/// two at once one waits, finds the row gone and passes the message over.
extension QuarantineTable {
    package func release(_ messages: [RecordIdentifier], audit: AuditEntry) async throws(MessageLogError) -> [RecordIdentifier] {
        let work = QuarantineWork(time: .now(), node: audit.node)
        return try await sessions.write(audited: [audit], unavailable: MessageLogError.unavailable) { transaction in
            try messages.filter { try work.release($0, reply: "released from quarantine by \(audit.actor)", transaction) }
        }
    }

    package func discard(_ messages: [RecordIdentifier], audit: AuditEntry) async throws(MessageLogError) -> [RecordIdentifier] {
        let work = QuarantineWork(time: .now(), node: audit.node)
        return try await sessions.write(audited: [audit], unavailable: MessageLogError.unavailable) { transaction in
            try messages.filter {
                try work.discard($0, kind: .deleted, reply: "deleted from quarantine by \(audit.actor)", transaction)
            }
        }
    }

    package func expire(before time: UTCTime, limit: Int) async throws(MessageLogError) -> [RecordIdentifier] {
        let work = QuarantineWork(time: .now(), node: sessions.node)
        return try await sessions.write(unavailable: MessageLogError.unavailable) { transaction in
            let rows = try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) message_id from quarantine where quarantined_at < \(time)
                order by quarantined_at
                """)
            return try rows.map { try $0.decode(0, as: RecordIdentifier.self) }.filter {
                try work.discard($0, kind: .expired, reply: "was in quarantine for too long", transaction)
            }
        }
    }
}

/// One action in one transaction.
private struct QuarantineWork: Sendable {
    let time: UTCTime
    let node: NodeID

    /// - Returns: false when the message was not in quarantine any more.
    func release(_ message: RecordIdentifier, reply: String, _ transaction: FirebirdTransaction) throws -> Bool {
        guard try QuarantineRow.remove(message, transaction) else { return false }
        try transaction.execute(
            """
            insert into queue (message_id, ordinal, holder, incarnation, is_held, due_at, claim_number, attempts, is_delay_reported, notify,
                original_recipient, queued_at, changed_at, changed_by)
            select message_id, ordinal, cast(\(QueueRow.nobody) as d_id), 0, false, cast(\(time) as bigint), 0, 0, false, notify,
                original_recipient, cast(\(time) as bigint), cast(\(time) as bigint), cast(\(node) as d_id)
            from quarantine_recipient where message_id = \(message)
            """)
        try end(message, state: .queued, kind: .released, reply: reply, transaction)
        return true
    }

    func discard(
        _ message: RecordIdentifier, kind: DeliveryHistoryEvent.Kind, reply: String, _ transaction: FirebirdTransaction
    ) throws -> Bool {
        guard try QuarantineRow.remove(message, transaction) else { return false }
        try end(message, state: .deleted, kind: kind, reply: reply, transaction)
        return true
    }

    /// The recipients' log and history; then their rows of the quarantine go.
    private func end(
        _ message: RecordIdentifier, state: RecipientState, kind: DeliveryHistoryEvent.Kind, reply: String,
        _ transaction: FirebirdTransaction
    ) throws {
        let reply = reply.cut()
        for row in try transaction.query("select ordinal from quarantine_recipient where message_id = \(message)") {
            let ordinal: Int = try row.decode(0)
            let event = DeliveryHistoryEvent(message: message, ordinal: ordinal, at: time, node: node, kind: kind, reply: reply)
            try transaction.executeStatic(DeliveryEventRow.insert, DeliveryEventRow.values(event))
            try transaction.executeStatic(
                RecipientRow.update,
                [
                    .text(state.rawValue), .octets(reply), time.firebirdValue, node.firebirdValue, message.firebirdValue,
                    .integer(ordinal),
                ])
        }
        try transaction.execute("delete from quarantine_recipient where message_id = \(message)")
    }
}
