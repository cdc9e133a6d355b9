import Delivery
import Firebird
import MessageLog
import Quarantine
import Settings

/// The rows of tables `quarantine` and `quarantine_recipient`.
enum QuarantineRow {
    static let insert: StaticString = """
        insert into quarantine (message_id, kind, quarantined_at, reason_english, reason_japanese, score_tenths, changed_at, changed_by)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let insertRecipient: StaticString = """
        insert into quarantine_recipient (message_id, ordinal, notify, original_recipient, changed_at, changed_by) values (?, ?, ?, ?, ?, ?)
        """

    static func values(_ submission: QuarantineSubmission, at time: UTCTime, node: FirebirdValue) -> [FirebirdValue] {
        [
            submission.submission.message.identifier.firebirdValue, .text(submission.kind.rawValue), time.firebirdValue,
            .octets(submission.reason.english.cut()), .octets(submission.reason.japanese.cut()), .integer(submission.score.tenths),
            time.firebirdValue, node,
        ]
    }

    /// Takes a message out of quarantine: only one transaction can.
    /// - Returns: whether it was there.
    static func remove(_ message: RecordIdentifier, _ transaction: FirebirdTransaction) throws(FirebirdError) -> Bool {
        try transaction.execute("delete from quarantine where message_id = \(message)") == 1
    }

    /// Those of the messages that are in quarantine.
    static func messagesKept(
        among messages: [RecordIdentifier], _ transaction: FirebirdTransaction
    ) throws(FirebirdError) -> Set<RecordIdentifier> {
        var kept: Set<RecordIdentifier> = []
        for part in IdentifierList.parts(messages) {
            for row in try transaction.query("select message_id from quarantine where message_id in (\(list: part))") {
                kept.insert(try row.decode(0))
            }
        }
        return kept
    }
}
