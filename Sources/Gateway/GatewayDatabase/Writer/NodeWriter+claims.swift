import Cluster
package import Delivery
import Firebird
import Logging
import Mail
import MessageLog
import SMTP
import Settings
import Synchronization

/// Claims: taking due rows of the queue that nobody alive holds. They need no lock of the node and no group commit: a dead
/// incarnation's claims are free to all the others by themselves.
extension NodeWriter {
    private static let claimDeadline = Duration.seconds(10)

    package func claimDue(limit: Int) async throws(DeliveryQueueError) -> [DeliveryLease] {
        guard limit > 0 else { return [] }
        // Positive, and not used by another claim of this incarnation within its lifetime.
        let claim = Int64.random(in: 1...Int64.max)
        let lost = rememberedClaims(at: .now)
        let query = QueueClaim(holder: incarnation, number: claim, limit: limit, time: .now())
        let result: QueueClaim.Taken
        do {
            result = try await sessions.metrics.background.timed {
                try await sessions.background.transaction(deadline: Self.claimDeadline) { transaction in
                    try query.free(lost, transaction)
                    return try query.take(transaction)
                }
            }
        } catch let error as DeliveryQueueError {
            throw error
        } catch {
            if Self.mayHaveTaken(error) { remember(claim, at: .now) }
            throw .unavailable(cause: String(describing: error))
        }
        for unreadable in result.unreadable {
            logger.error("a row of the queue is unreadable and held", metadata: ["row": "\(unreadable.message)/\(unreadable.ordinal)"])
        }
        return result.leases
    }
}

/// A claim whose answer was lost. Its commit may still complete after later claims have succeeded, so it is forgotten by age only.
struct LostClaim: Sendable {
    let number: Int64
    /// Until then each claim frees what it may have taken.
    let until: ContinuousClock.Instant
}

extension NodeWriter {
    /// Longer than any commit under way survives its connection.
    static let lostClaimLifetime = Duration.seconds(600)
    /// With claims one after the other, each lost after ten seconds, not reached within the lifetime.
    private static let rememberedClaims = 64

    /// The numbers still to be freed; forgets the older ones.
    private func rememberedClaims(at now: ContinuousClock.Instant) -> [Int64] {
        lostClaims.withLock { claims in
            claims.removeAll { $0.until <= now }
            return claims.map(\.number)
        }
    }

    private func remember(_ number: Int64, at now: ContinuousClock.Instant) {
        lostClaims.withLock { claims in
            claims.append(LostClaim(number: number, until: now.advanced(by: Self.lostClaimLifetime)))
            if claims.count > Self.rememberedClaims { claims.removeFirst(claims.count - Self.rememberedClaims) }
        }
    }

    /// False only when the claim surely never came to its commit.
    private static func mayHaveTaken(_ error: any Error) -> Bool {
        switch (error as? FirebirdError)?.kind {
        case .cannotConnect, .poolExhausted, .closed, .conflict: false
        default: true
        }
    }
}

/// One claim, in one transaction.
struct QueueClaim: Sendable {
    let holder: Incarnation
    /// Names the claim in its rows.
    let number: Int64
    let limit: Int
    let time: UTCTime

    struct Taken: Sendable {
        var leases: [DeliveryLease] = []
        /// Rows that cannot be read, put on hold so that an administrator sees them.
        var unreadable: [QueueEntryID] = []
    }

    /// Frees what claims took whose answer was lost: one walk over the rows in this incarnation's hand.
    func free(_ claims: [Int64], _ transaction: FirebirdTransaction) throws(FirebirdError) {
        guard !claims.isEmpty else { return }
        try transaction.execute(
            """
            update queue set holder = \(QueueRow.nobody), incarnation = 0, claim_number = 0, changed_at = \(time), changed_by = \(holder.node)
            where holder = \(holder.node) and incarnation = \(holder.number) and claim_number in (\(list: claims))
            """)
    }

    /// - Throws: `DeliveryQueueError.declaredDead`.
    func take(_ transaction: FirebirdTransaction) throws -> Taken {
        let present = try transaction.queryOne("select incarnation from node where id = \(holder.node)")?.decode(0, as: Int64.self)
        guard present == holder.number else { throw DeliveryQueueError.declaredDead }
        let rows = try transaction.queryStatic(
            Self.block,
            [time.firebirdValue, holder.node.firebirdValue, .integer(holder.number), .integer(number), .integer(limit)])
        var taken = Taken()
        var groups = LeaseGroups()
        for row in rows {
            let identifier = QueueEntryID(message: try row.decode("message_id"), ordinal: try row.decode("ordinal"))
            do { try groups.add(row, identifier, parts: { try headerParts(of: identifier.message, transaction) }) } catch {
                // Only a row's own fault is for an administrator to look at.
                if let failure = error as? FirebirdError, !failure.isOfTheRow { throw failure }
                try hold(identifier, transaction)
                taken.unreadable.append(identifier)
            }
        }
        taken.leases = groups.leases
        return taken
    }

    private func headerParts(of message: RecordIdentifier, _ transaction: FirebirdTransaction) throws -> [UInt8] {
        try transaction.query("select content from message_header_part where message_id = \(message) order by part")
            .reduce(into: []) { $0 += try $1.decode(0, as: [UInt8].self) }
    }

    private func hold(_ entry: QueueEntryID, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute(
            """
            update queue set holder = \(QueueRow.nobody), incarnation = 0, claim_number = 0, is_held = true, changed_at = \(time),
                changed_by = \(holder.node)
            where message_id = \(entry.message) and ordinal = \(entry.ordinal)
            """)
    }
}

/// Collects claimed rows by message, in the order of each message's first row.
private struct LeaseGroups {
    private var order: [RecordIdentifier] = []
    private var messages: [RecordIdentifier: QueuedMessage] = [:]
    private var recipients: [RecordIdentifier: [QueuedRecipient]] = [:]

    var leases: [DeliveryLease] {
        order.compactMap { identifier in
            messages[identifier].map {
                DeliveryLease(message: $0, recipients: (recipients[identifier] ?? []).sorted { $0.ordinal < $1.ordinal })
            }
        }
    }

    mutating func add(_ row: FirebirdRow, _ entry: QueueEntryID, parts: () throws -> [UInt8]) throws {
        let recipient = try QueueClaim.recipient(row, ordinal: entry.ordinal)
        if messages[entry.message] == nil {
            messages[entry.message] = try QueueClaim.message(row, entry.message, parts: parts)
            order.append(entry.message)
        }
        recipients[entry.message, default: []].append(recipient)
    }
}

extension QueueClaim {
    static func message(_ row: FirebirdRow, _ identifier: RecordIdentifier, parts: () throws -> [UInt8]) throws -> QueuedMessage {
        var header: [UInt8] = try row.decode("prepended_header")
        if try row.decode("header_parts", as: Int.self) > 0 { header += try parts() }
        return QueuedMessage(
            identifier: identifier, reversePath: try ReversePath(path: try row.decode("reverse_path", as: String.self)),
            receivedAt: try row.decode("received_at"), direction: try row.word("direction"), prependedHeader: header,
            sizeBytes: try row.decode("size_bytes"), body: try row.word("body_kind"), isInternational: try row.decode("is_international"),
            returnContent: try row.decode("return_content", as: String?.self).flatMap(ReturnContent.init(rawValue:)),
            envelopeIdentifier: try row.decode("envelope_id", as: [UInt8]?.self).map { String(decoding: $0, as: UTF8.self) })
    }

    static func recipient(_ row: FirebirdRow, ordinal: Int) throws -> QueuedRecipient {
        QueuedRecipient(
            ordinal: ordinal, address: try EmailAddress(try row.decode("address", as: String.self)),
            notify: try row.decode("notify", as: String?.self).flatMap { DeliveryNotifyCondition($0) },
            originalRecipient: try row.decode("original_recipient", as: [UInt8]?.self).flatMap(OriginalRecipient.init(encoded:)),
            attempts: try row.decode("attempts"), isDelayReported: try row.decode("is_delay_reported"),
            queuedAt: try row.decode("queued_at"))
    }

    /// First what earlier incarnations held, then what is free and due (“nobody” is walked like a node whose present incarnation is
    /// 1), each along the index in order of due time; the walk ends at the first free row that is not due, so its work does not grow
    /// with the queue. What another claim takes at this moment is passed over (a conflict undoes the inner block only); the
    /// condition is repeated in each update, for the row may have been taken since the cursor saw it.
    private static let block: StaticString = """
        execute block (now_is bigint = ?, me char(16) character set octets = ?, mine bigint = ?, claim_number bigint = ?, wanted integer = ?)
        returns (
            message_id char(16) character set octets, ordinal integer, attempts integer, is_delay_reported boolean,
            notify varchar(22) character set utf8, original_recipient varchar(500) character set octets,
            address varchar(320) character set utf8, received_at bigint, direction varchar(10) character set utf8,
            reverse_path varchar(320) character set utf8, size_bytes bigint, body_kind varchar(10) character set utf8,
            is_international boolean, return_content varchar(4) character set utf8, envelope_id varchar(255) character set octets,
            prepended_header varchar(2000) character set octets, header_parts smallint, queued_at bigint)
        as
            declare taken integer = 0;
            declare is_mine boolean;
            declare gone char(16) character set octets;
            declare present_incarnation bigint;
            declare seen_incarnation bigint;
            declare seen_held boolean;
            declare seen_due bigint;
            declare nobody char(16) character set octets = x'00000000000000000000000000000000';
        begin
            for select id, incarnation from node
                union all select cast(x'00000000000000000000000000000000' as char(16) character set octets), 1 from settings_revision
                into :gone, :present_incarnation
            do begin
                for select q.message_id, q.ordinal, q.incarnation, q.is_held, q.due_at, q.attempts, q.is_delay_reported, q.notify,
                        q.original_recipient, q.queued_at
                    from queue q
                    where q.holder = :gone and q.incarnation < :present_incarnation
                    order by q.holder, q.incarnation, q.is_held, q.due_at
                    into :message_id, :ordinal, :seen_incarnation, :seen_held, :seen_due, :attempts, :is_delay_reported, :notify,
                        :original_recipient, :queued_at
                do begin
                    if (taken >= wanted) then exit;
                    if (gone = nobody and (seen_held or seen_due > now_is)) then leave;
                    is_mine = false;
                    begin
                        update queue set holder = :me, incarnation = :mine, claim_number = :claim_number, changed_at = :now_is, changed_by = :me
                            where message_id = :message_id and ordinal = :ordinal and holder = :gone and incarnation = :seen_incarnation
                                and is_held = false and (due_at <= :now_is or holder <> :nobody);
                        is_mine = (row_count = 1);
                        when gdscode deadlock, gdscode lock_conflict, gdscode update_conflict do is_mine = false;
                    end
                    if (is_mine) then begin
                        taken = taken + 1;
                        address = null;
                        received_at = null;
                        select m.received_at, m.direction, m.reverse_path, m.size_bytes, m.body_kind, m.is_international, m.return_content,
                            m.envelope_id, m.prepended_header, m.header_parts, r.address
                            from message m left join recipient r on r.message_id = m.id and r.ordinal = :ordinal
                            where m.id = :message_id
                            into :received_at, :direction, :reverse_path, :size_bytes, :body_kind, :is_international, :return_content,
                                :envelope_id, :prepended_header, :header_parts, :address;
                        suspend;
                    end
                end
            end
        end
        """
}
