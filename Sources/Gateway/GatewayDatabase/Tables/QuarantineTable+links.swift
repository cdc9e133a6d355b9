package import DomainsAndUsers
import Filtering
import Firebird
import Mail
package import MessageLog
package import Quarantine
package import Settings

/// What links in digests ask for. Each transaction begins with the row that says that the link is used.
extension QuarantineTable: DigestLinkStore {
    package func use(_ link: SignedLink, audit: AuditEntry) async throws(MessageLogError) -> LinkOutcome {
        let work = QuarantineWork(share: .recipients(keys: [link.owner], kind: .user), time: .now(), node: audit.node)
        return try await sessions.write(unavailable: MessageLogError.unavailable) { transaction in
            guard try UsedLinkRow.use(link, at: work.time, node: work.node, transaction) else { return .alreadyUsed }
            let outcome = try Self.perform(link, work, audit, transaction)
            // What was not done is not told.
            if outcome == .done { try AuditTable.insert(audit, transaction) }
            return outcome
        }
    }

    package func wasUsed(_ link: SignedLink) async throws(MessageLogError) -> Bool {
        try await sessions.read(unavailable: MessageLogError.unavailable) { try UsedLinkRow.isThere(link, $0) }
    }

    private static func perform(
        _ link: SignedLink, _ work: QuarantineWork, _ audit: AuditEntry, _ transaction: FirebirdTransaction
    ) throws -> LinkOutcome {
        let reply = "released from quarantine by a link in the digest of \(link.owner)"
        switch link.purpose {
        case .release: return try work.release(link.subject, reply: reply, transaction) ? .done : .gone
        case .releaseAndAllow:
            guard try work.release(link.subject, reply: reply, transaction) else { return .gone }
            // The release is what was wanted most; a full list does not undo it.
            _ = try list(.allow, link, work, audit, transaction)
            return .done
        case .block: return try list(.block, link, work, audit, transaction)
        // Nothing is done by it.
        case .attachment: return .gone
        case .unsubscribe:
            let isThere = try transaction.execute(
                """
                update quarantine_digest set is_wanted = false, changed_at = \(work.time), changed_by = \(work.node)
                where owner_key = \(link.owner)
                """)
            return isThere == 1 ? .done : .gone
        }
    }

    /// Puts the message's envelope sender on one of the owner's own lists.
    private static func list(
        _ list: AccessListEntry.List, _ link: SignedLink, _ work: QuarantineWork, _ audit: AuditEntry, _ transaction: FirebirdTransaction
    ) throws -> LinkOutcome {
        let sender = try transaction.queryOne("select reverse_path from message where id = \(link.subject)")?.decode(0, as: String.self)
        // Both were accepted once.
        guard let sender, let value = AccessListEntry.canonical(.sender, sender), let owner = try? EmailAddress(link.owner) else {
            return .gone
        }
        let entry = AccessListEntry(
            identifier: RecordIdentifier(milliseconds: work.time.milliseconds), list: list, kind: .sender, value: value,
            domain: owner.domainName, recipient: link.owner)
        return try AccessListTable.insertOwn(entry, audit: audit, work.node, transaction) ? .done : .full
    }
}

/// Rows of `used_link`.
enum UsedLinkRow {
    static func isThere(_ link: SignedLink, _ transaction: FirebirdTransaction) throws -> Bool {
        try transaction.queryOne("select 1 from used_link where fingerprint = \(FirebirdValue.bytes(link.fingerprint))") != nil
    }

    /// - Returns: false when it was used before.
    static func use(_ link: SignedLink, at time: UTCTime, node: NodeID, _ transaction: FirebirdTransaction) throws -> Bool {
        guard try !isThere(link, transaction) else { return false }
        do throws(FirebirdError) {
            try transaction.execute(
                """
                insert into used_link (fingerprint, expires_at, changed_at, changed_by)
                values (\(FirebirdValue.bytes(link.fingerprint)), \(link.expiresAt), \(time), \(node))
                """)
        } catch {
            guard error.kind == .duplicateKey else { throw error }
            // Its key lets one transaction have it. Should the other one fail, the link can be used again.
            return false
        }
        return true
    }
}
