import Cluster
import Delivery
import Firebird
import SMTP
import Settings

/// The row of table `queue`: one recipient that waits or is in a node's hand.
enum QueueRow {
    /// The holder of rows that nobody holds.
    static let nobody = [UInt8](repeating: 0, count: RecordIdentifier.byteCount)

    static let insert: StaticString = """
        insert into queue (message_id, ordinal, holder, incarnation, is_held, due_at, claim_number, attempts, is_delay_reported, notify,
            original_recipient, changed_at, changed_by)
        values (?, ?, ?, ?, false, ?, 0, ?, ?, ?, ?, ?, ?)
        """

    /// The row goes: only from the hand, and at the attempt, that the outcome names.
    static let finish: StaticString = """
        delete from queue where message_id = ? and ordinal = ? and holder = ? and incarnation = ? and attempts = ?
        """

    /// The row becomes free again, under the same condition.
    static let release: StaticString = """
        update queue set holder = x'00000000000000000000000000000000', incarnation = 0, claim_number = 0, due_at = ?,
            attempts = attempts + cast(? as integer),
            is_delay_reported = case when cast(? as boolean) then true else is_delay_reported end, changed_at = ?, changed_by = ?
        where message_id = ? and ordinal = ? and holder = ? and incarnation = ? and attempts = ?
        """

    /// - Parameter holder: `nil` leaves the row free.
    static func values(
        _ recipient: QueuedRecipient, message: FirebirdValue, dueAt: UTCTime, holder: Incarnation?, changedAt: UTCTime, node: FirebirdValue
    ) -> [FirebirdValue] {
        [
            message, .integer(recipient.ordinal), holder?.node.firebirdValue ?? .bytes(nobody), .integer(holder?.number ?? 0),
            dueAt.firebirdValue,
            .integer(recipient.attempts), .boolean(recipient.isDelayReported), .optionalText(recipient.notify?.description),
            originalRecipient(recipient), changedAt.firebirdValue, node,
        ]
    }

    /// As the peer wrote it. One that is longer than the protocol allows is left out: it is of use to reports only.
    static func originalRecipient(_ recipient: QueuedRecipient) -> FirebirdValue {
        guard let text = recipient.originalRecipient?.encoded, text.utf8.count <= SMTPLimits.originalRecipient else { return .null }
        return .octets(text)
    }

    /// The end of `finish` and `release`: which row, in whose hand.
    static func key(_ outcome: RecipientOutcome, message: FirebirdValue, holder: Incarnation) -> [FirebirdValue] {
        [
            message, .integer(outcome.ordinal), holder.node.firebirdValue, .integer(holder.number), .integer(outcome.attempts),
        ]
    }

    /// Those of the messages that have a row left.
    static func messagesQueued(
        among messages: [RecordIdentifier], _ transaction: FirebirdTransaction
    ) throws(FirebirdError) -> Set<RecordIdentifier> {
        var queued: Set<RecordIdentifier> = []
        for part in IdentifierList.parts(messages) {
            for row in try transaction.query("select distinct message_id from queue where message_id in (\(list: part))") {
                queued.insert(try row.decode(0))
            }
        }
        return queued
    }
}
