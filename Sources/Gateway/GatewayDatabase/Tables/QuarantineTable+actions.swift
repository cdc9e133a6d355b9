import Delivery
import Firebird
package import MessageLog
package import Quarantine
package import Settings

/// What takes messages out of quarantine. Each transaction begins with the row that keeps the message, removing it or changing it: of two
/// at once, for the same copies or for others of the same message, one waits and then sees what the other left.
extension QuarantineTable {
    package func release(
        _ messages: [RecordIdentifier], of share: QuarantineShare, audit: AuditEntry
    ) async throws(MessageLogError) -> [RecordIdentifier] {
        let work = QuarantineWork(share: share, time: .now(), node: audit.node)
        return try await sessions.write(audited: [audit], unavailable: MessageLogError.unavailable) { transaction in
            try messages.filter { try work.release($0, reply: "released from quarantine by \(audit.actor)", transaction) }
        }
    }

    package func discard(
        _ messages: [RecordIdentifier], of share: QuarantineShare, audit: AuditEntry
    ) async throws(MessageLogError) -> QuarantineRemoval {
        let work = QuarantineWork(share: share, time: .now(), node: audit.node)
        return try await sessions.write(audited: [audit], unavailable: MessageLogError.unavailable) { transaction in
            let done = try messages.filter {
                try work.discard($0, kind: .deleted, reply: "deleted from quarantine by \(audit.actor)", transaction)
            }
            return try Self.removal(done, transaction)
        }
    }

    package func expire(before time: UTCTime, limit: Int) async throws(MessageLogError) -> QuarantineRemoval {
        let work = QuarantineWork(share: .everybody, time: .now(), node: sessions.node)
        let fence = fence
        return try await sessions.write(unavailable: MessageLogError.unavailable) { transaction in
            try fence?.assert(transaction)
            let rows = try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) message_id from quarantine where quarantined_at < \(time)
                order by quarantined_at
                """)
            let done = try rows.map { try $0.decode(0, as: RecordIdentifier.self) }.filter {
                try work.discard($0, kind: .expired, reply: "was in quarantine for too long", transaction)
            }
            return try Self.removal(done, transaction)
        }
    }

    /// Copies of others may still be in quarantine, or released and on their way.
    private static func removal(_ done: [RecordIdentifier], _ transaction: FirebirdTransaction) throws(FirebirdError) -> QuarantineRemoval {
        let referenced = try ContentReferenceTable.referenced(done, transaction)
        return QuarantineRemoval(done: done, freeContent: done.filter { !referenced.contains($0) })
    }
}

/// One action in one transaction.
struct QuarantineWork: Sendable {
    let share: QuarantineShare
    let time: UTCTime
    let node: NodeID

    /// - Returns: false when none of the copies was in quarantine any more.
    func release(_ message: RecordIdentifier, reply: String, _ transaction: FirebirdTransaction) throws -> Bool {
        let copies = try take(message, transaction)
        for ordinal in copies {
            try transaction.execute(
                """
                insert into queue (message_id, ordinal, holder, incarnation, is_held, due_at, claim_number, attempts, is_delay_reported, notify,
                    original_recipient, queued_at, changed_at, changed_by)
                select message_id, ordinal, cast(\(QueueRow.nobody) as d_id), 0, false, cast(\(time) as bigint), 0, 0, false, notify,
                    original_recipient, cast(\(time) as bigint), cast(\(time) as bigint), cast(\(node) as d_id)
                from quarantine_recipient where message_id = \(message) and ordinal = \(ordinal)
                """)
            try end(message, ordinal, state: .queued, kind: .released, reply: reply, transaction)
        }
        return !copies.isEmpty
    }

    func discard(
        _ message: RecordIdentifier, kind: DeliveryHistoryEvent.Kind, reply: String, _ transaction: FirebirdTransaction
    ) throws -> Bool {
        let copies = try take(message, transaction)
        for ordinal in copies { try end(message, ordinal, state: .deleted, kind: kind, reply: reply, transaction) }
        return !copies.isEmpty
    }

    /// The copies that are this transaction's to deal with; with the last one goes the row that keeps the message.
    private func take(_ message: RecordIdentifier, _ transaction: FirebirdTransaction) throws -> [Int] {
        switch share {
        case .everybody:
            guard try QuarantineRow.remove(message, transaction) else { return [] }
            return try ordinals("select ordinal from quarantine_recipient where message_id = \(message)", transaction)
        case .recipients(let keys, let kind):
            guard try QuarantineRow.hold(message, kind, at: time, node: node, transaction) else { return [] }
            let all = try ordinals("select ordinal from quarantine_recipient where message_id = \(message)", transaction)
            let own = try ordinals(
                "select ordinal from quarantine_recipient where message_id = \(message) and address_key in (\(list: QuarantineRow.keys(keys)))",
                transaction)
            if !own.isEmpty, own.count == all.count { _ = try QuarantineRow.remove(message, transaction) }
            return own
        }
    }

    private func ordinals(_ query: FirebirdQuery, _ transaction: FirebirdTransaction) throws -> [Int] {
        try transaction.query(query).map { try $0.decode(0) }
    }

    /// A recipient's log and history; then his row of the quarantine goes.
    private func end(
        _ message: RecordIdentifier, _ ordinal: Int, state: RecipientState, kind: DeliveryHistoryEvent.Kind, reply: String,
        _ transaction: FirebirdTransaction
    ) throws {
        let reply = reply.cut()
        let event = DeliveryHistoryEvent(message: message, ordinal: ordinal, at: time, node: node, kind: kind, reply: reply)
        try transaction.executeStatic(DeliveryEventRow.insert, DeliveryEventRow.values(event))
        try transaction.executeStatic(
            RecipientRow.update,
            [
                .text(state.rawValue), .octets(reply), time.firebirdValue, node.firebirdValue, message.firebirdValue, .integer(ordinal),
            ])
        try transaction.execute("delete from quarantine_recipient where message_id = \(message) and ordinal = \(ordinal)")
    }
}
