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

/// The quarantine as administrators see it. Implemented by GatewayDatabase.
///
/// Releasing, deleting and expiring are conditional: each first removes the row that keeps the message, and goes on only if it was there.
/// Of two that want the same message at once, on whatever nodes, one finds it gone.
package protocol QuarantineStore: Sendable {
    /// Newest first, after `cursor`, at most `limit`.
    func quarantined(_ filter: QuarantineFilter, after cursor: QuarantineCursor?, limit: Int) async throws(MessageLogError)
        -> [QuarantinedMessage]
    /// With all its recipients; `nil` when it is not in quarantine (any more).
    func quarantinedMessage(_ message: RecordIdentifier) async throws(MessageLogError) -> QuarantinedMessage?
    /// Puts messages into the queue, due at once, in the transaction that takes them out of quarantine.
    /// - Returns: those that were still there.
    func release(_ messages: [RecordIdentifier], audit: AuditEntry) async throws(MessageLogError) -> [RecordIdentifier]
    /// - Returns: those that were still there; nothing refers to their content any more.
    func discard(_ messages: [RecordIdentifier], audit: AuditEntry) async throws(MessageLogError) -> [RecordIdentifier]
    /// Discards messages that came into quarantine before `time`, oldest first, at most `limit`.
    /// - Returns: them; nothing refers to their content any more.
    func expire(before time: UTCTime, limit: Int) async throws(MessageLogError) -> [RecordIdentifier]
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
