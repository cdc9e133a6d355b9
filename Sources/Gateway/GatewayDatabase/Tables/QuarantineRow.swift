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
        insert into quarantine_recipient (message_id, ordinal, notify, original_recipient, changed_at, changed_by, address_key, quarantined_at)
        values (?, ?, ?, ?, ?, ?, ?, ?)
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

    /// Keeps others from the message until this transaction ends, without taking it out.
    /// - Returns: whether it was there, in the quarantine asked for.
    static func hold(
        _ message: RecordIdentifier, _ kind: QuarantineKind?, at time: UTCTime, node: NodeID, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) -> Bool {
        var conditions: [FirebirdQuery] = ["message_id = \(message)"]
        if let kind { conditions.append("kind = \(kind.rawValue)") }
        return try transaction.execute(
            "update quarantine set changed_at = \(time), changed_by = \(node) \(FirebirdQuery.where(conditions))") == 1
    }

    /// Owners' keys as rows hold them.
    static func keys(_ keys: Set<String>) -> [FirebirdValue] { keys.sorted().map { .octets($0) } }

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
