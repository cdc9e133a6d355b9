import Cluster
import Delivery
import Firebird
import Quarantine
import Settings

/// Writes a digest within a batch: that this node is still the primary, what it tells of, and its rows of queue and log.
struct DigestWriting {
    let holder: Incarnation
    let time: UTCTime

    /// - Returns: false when nothing was written.
    func write(_ digest: DigestSubmission, _ transaction: FirebirdTransaction) throws(FirebirdError) -> Bool {
        guard try isPrimary(digest.epoch, transaction), try mark(digest, transaction) > 0 else { return false }
        if let before = digest.marksBefore { try mark(before: before, digest.owner, transaction) }
        let message = digest.submission.message.identifier
        // Whether he wants them stays as it is.
        let isThere = try transaction.execute(
            """
            update quarantine_digest set sent_at = \(time), message_id = \(message), changed_at = \(time), changed_by = \(holder.node)
            where owner_key = \(digest.owner.key)
            """)
        if isThere == 0 {
            try transaction.execute(
                """
                insert into quarantine_digest (owner_key, is_wanted, sent_at, message_id, changed_at, changed_by)
                values (\(digest.owner.key), true, \(time), \(message), \(time), \(holder.node))
                """)
        }
        try SubmissionWriter(holder: holder, time: time).write([digest.submission], transaction)
        return true
    }

    /// As `PrimaryFence` has it, for the epoch under which the digest was begun.
    private func isPrimary(_ epoch: Int64, _ transaction: FirebirdTransaction) throws(FirebirdError) -> Bool {
        try transaction.execute(
            "update primary_role set epoch = epoch where id = 1 and epoch = \(epoch) and holder = \(holder.node) and incarnation > 0") == 1
    }

    /// - Returns: how many it tells of for the first time.
    private func mark(_ digest: DigestSubmission, _ transaction: FirebirdTransaction) throws(FirebirdError) -> Int {
        var count = 0
        for part in IdentifierList.parts(digest.listed) {
            count += try transaction.execute(
                """
                update \(table(digest.owner)) set told_at = \(time) where message_id in (\(list: part)) and told_at is null
                    and \(condition(digest.owner))
                """)
        }
        return count
    }

    private func mark(before limit: UTCTime, _ owner: DigestOwner, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        _ = try transaction.execute(
            """
            update \(table(owner)) t set t.told_at = \(time) where t.quarantined_at < \(limit) and t.told_at is null and \(condition(owner))
                and exists (select 1 from quarantine q where q.message_id = t.message_id and q.kind = \(kind(owner).rawValue))
            rows \(unsafeSQL: String(DigestContent.maximumMarked))
            """)
    }

    private func table(_ owner: DigestOwner) -> FirebirdQuery {
        switch owner {
        case .recipient: "quarantine_recipient"
        case .administrators: "quarantine"
        }
    }

    private func condition(_ owner: DigestOwner) -> FirebirdQuery {
        switch owner {
        case .recipient(let recipient): "address_key = \(FirebirdValue.octets(recipient.key))"
        case .administrators: "kind = \(QuarantineKind.administrator.rawValue)"
        }
    }

    private func kind(_ owner: DigestOwner) -> QuarantineKind {
        switch owner {
        case .recipient: .user
        case .administrators: .administrator
        }
    }
}
