package import Delivery
package import MessageLog
package import Settings

/// Takes messages into quarantine, durable like the queue. Implemented by GatewayDatabase's writer: fenced by the node's incarnation,
/// in its group commits.
package protocol QuarantineWriter: Sendable {
    /// Durable when it returns; the message's content must be durable already.
    /// - Parameter deadline: as for `DeliveryQueueStore.enqueue`.
    func quarantine(_ submission: QuarantineSubmission, deadline: Duration) async throws(DeliveryQueueError)
}

/// The quarantine as administrators and users see it. Implemented by GatewayDatabase.
///
/// Releasing, deleting and expiring are conditional: each first removes or changes the row that keeps the message, and goes on only if it
/// was there. Of two that want the same copies at once, on whatever nodes, one finds them gone.
package protocol QuarantineStore: Sendable {
    /// Messages with a copy in `share`, newest first, after `cursor`, at most `limit`; of other recipients nothing is told.
    func quarantined(
        _ filter: QuarantineFilter, of share: QuarantineShare, after cursor: QuarantineCursor?, limit: Int
    ) async throws(MessageLogError) -> [QuarantinedMessage]
    /// With all its recipients in `share`; `nil` when none of them has a copy in quarantine (any more).
    func quarantinedMessage(_ message: RecordIdentifier, of share: QuarantineShare) async throws(MessageLogError) -> QuarantinedMessage?
    /// Puts the copies into the queue, due at once, in the transaction that takes them out of quarantine.
    /// - Returns: messages of which a copy was still there.
    func release(
        _ messages: [RecordIdentifier], of share: QuarantineShare, audit: AuditEntry
    ) async throws(MessageLogError) -> [RecordIdentifier]
    func discard(
        _ messages: [RecordIdentifier], of share: QuarantineShare, audit: AuditEntry
    ) async throws(MessageLogError) -> QuarantineRemoval
    /// Discards messages that came into quarantine before `time`, oldest first, at most `limit`.
    func expire(before time: UTCTime, limit: Int) async throws(MessageLogError) -> QuarantineRemoval
}

/// What was taken out of quarantine and goes nowhere.
package struct QuarantineRemoval: Sendable, Hashable {
    /// Messages of which a copy was still there.
    package let done: [RecordIdentifier]
    /// Those of them whose content nothing refers to any more.
    package let freeContent: [RecordIdentifier]

    package init(done: [RecordIdentifier], freeContent: [RecordIdentifier]) {
        self.done = done
        self.freeContent = freeContent
    }
}

/// Which messages a page shows. Empty conditions select everything.
package struct QuarantineFilter: Sendable, Hashable {
    package var kind: QuarantineKind?
    /// Part of the sender's, a recipient's address or of the subject.
    package var text = ""

    package init() {}
}

/// A position in the quarantine: the last row of the page before.
package struct QuarantineCursor: Sendable, Hashable, Codable {
    package let quarantinedAt: UTCTime
    package let message: RecordIdentifier

    package init(quarantinedAt: UTCTime, message: RecordIdentifier) {
        self.quarantinedAt = quarantinedAt
        self.message = message
    }
}

extension QuarantineStore {
    package static var listedRecipients: Int { 5 }
}
