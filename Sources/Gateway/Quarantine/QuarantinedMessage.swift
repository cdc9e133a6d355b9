package import Delivery
package import Settings

/// Whose quarantine a message is in.
package enum QuarantineKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Suspicious: its recipients may judge it.
    case user
    /// Dangerous, such as a blocked attachment: only administrators let it out.
    case administrator
}

/// What is written, in one transaction, when a message goes into quarantine: message, recipients, log and the row that keeps it.
package struct QuarantineSubmission: Sendable, Hashable {
    /// As for the queue; none of the recipients whose copies are kept gets a row there before it is released.
    package let submission: QueueSubmission
    package let kind: QuarantineKind
    /// Why, one sentence.
    package let reason: LocalizedText
    package let score: FilterScore
    /// Ordinals of the recipients whose copies are kept; the others' go into the queue, free for any node. nil: all are kept.
    package let keptOrdinals: Set<Int>?

    package init(
        submission: QueueSubmission, kind: QuarantineKind, reason: LocalizedText, score: FilterScore, keptOrdinals: Set<Int>? = nil
    ) {
        self.keptOrdinals = keptOrdinals
        self.submission = submission
        self.kind = kind
        self.reason = reason
        self.score = score
    }

    /// Recipients whose copies are kept.
    package var kept: [QueuedRecipient] { submission.recipients.filter { keptOrdinals?.contains($0.ordinal) ?? true } }
    /// Recipients whose copies go on.
    package var queued: [QueuedRecipient] { submission.recipients.filter { !(keptOrdinals?.contains($0.ordinal) ?? true) } }
}

/// A message in quarantine as lists show it.
package struct QuarantinedMessage: Sendable, Hashable {
    package let message: RecordIdentifier
    package let kind: QuarantineKind
    package let quarantinedAt: UTCTime
    package let reason: LocalizedText
    package let score: FilterScore
    package let reversePath: String
    package let subject: String
    /// Size of the stored content.
    package let sizeBytes: Int
    /// In order; in lists at most `QuarantineStore.listedRecipients`.
    package let recipients: [String]
    package let recipientCount: Int

    package init(
        message: RecordIdentifier, mark: Mark, reversePath: String, subject: String, sizeBytes: Int, recipients: [String],
        recipientCount: Int
    ) {
        self.message = message
        kind = mark.kind
        quarantinedAt = mark.quarantinedAt
        reason = mark.reason
        score = mark.score
        self.reversePath = reversePath
        self.subject = subject
        self.sizeBytes = sizeBytes
        self.recipients = recipients
        self.recipientCount = recipientCount
    }

    /// The row that keeps it.
    package struct Mark: Sendable, Hashable {
        package let kind: QuarantineKind
        package let quarantinedAt: UTCTime
        package let reason: LocalizedText
        package let score: FilterScore

        package init(kind: QuarantineKind, quarantinedAt: UTCTime, reason: LocalizedText, score: FilterScore) {
            self.kind = kind
            self.quarantinedAt = quarantinedAt
            self.reason = reason
            self.score = score
        }
    }
}
