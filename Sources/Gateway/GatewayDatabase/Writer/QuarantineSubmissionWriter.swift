import Cluster
import Delivery
import Firebird
import Mail
import MessageLog
import Quarantine
import SMTP
import Settings

/// Writes a message that goes into quarantine: its log rows as for the queue, and the rows that keep it.
struct QuarantineSubmissionWriter {
    let holder: Incarnation
    let time: UTCTime

    func write(_ quarantined: QuarantineSubmission, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        let submission = quarantined.submission
        let node = holder.node.firebirdValue
        let message = submission.message.identifier.firebirdValue
        try transaction.executeStatic(MessageRow.insert, MessageRow.values(submission))
        try transaction.execute(MessageRow.insertHeaderPart, many: MessageRow.headerParts(submission.message))
        let kept = quarantined.kept
        let entries = kept.map { recipient in
            RecipientLogEntry(
                ordinal: recipient.ordinal, address: recipient.address.description, state: .quarantined,
                reason: quarantined.reason.english, updatedAt: time, alias: recipient.alias?.description ?? "")
        }
        try transaction.execute(
            RecipientRow.insert,
            many: (entries + submission.refused).map {
                RecipientRow.values($0, message: message, node: node)
            })
        try queue(quarantined.queued, of: submission.message, transaction)
        if let judgement = JudgementRow.values(submission.log, message: submission.message.identifier) {
            try transaction.executeStatic(JudgementRow.insert, judgement)
        }
        try transaction.executeStatic(QuarantineRow.insert, QuarantineRow.values(quarantined, at: time, node: node))
        try transaction.execute(
            QuarantineRow.insertRecipient,
            many: kept.map { recipient in
                [
                    message, .integer(recipient.ordinal), .optionalText(recipient.notify?.description),
                    QueueRow.originalRecipient(recipient), time.firebirdValue, node,
                    .octets(recipient.address.lookupKey), time.firebirdValue,
                ]
            })
        try transaction.execute(
            DeliveryEventRow.insert,
            many: kept.map { recipient in
                DeliveryEventRow.values(
                    DeliveryHistoryEvent(
                        message: submission.message.identifier, ordinal: recipient.ordinal, at: time, node: holder.node, kind: .quarantined,
                        reply: quarantined.reason.english))
            })
    }

    /// Copies of recipients whose domains take the message.
    private func queue(
        _ recipients: [QueuedRecipient], of message: QueuedMessage, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        guard !recipients.isEmpty else { return }
        let node = holder.node.firebirdValue
        let identifier = message.identifier.firebirdValue
        try transaction.execute(
            RecipientRow.insert,
            many: recipients.map {
                RecipientRow.values($0, message: identifier, at: time, node: node)
            })
        try transaction.execute(
            QueueRow.insert,
            many: recipients.map {
                QueueRow.values($0, message: identifier, dueAt: time, holder: nil, changedAt: time, node: node)
            })
    }
}
