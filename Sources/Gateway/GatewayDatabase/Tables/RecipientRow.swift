import Delivery
import Firebird
import Mail
import MessageLog
import Settings

/// The row of table `recipient`: where one recipient's copy stands.
enum RecipientRow {
    static let insert: StaticString = """
        insert into recipient (message_id, ordinal, address, state, reason, changed_at, changed_by, alias, address_key)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let update: StaticString = """
        update recipient set state = ?, reason = ?, changed_at = ?, changed_by = ? where message_id = ? and ordinal = ?
        """

    static func values(
        _ recipient: QueuedRecipient, message: FirebirdValue, at time: UTCTime, node: FirebirdValue
    ) -> [FirebirdValue] {
        [
            message, .integer(recipient.ordinal), .text(recipient.address.description), .text(RecipientState.queued.rawValue), .bytes([]),
            time.firebirdValue, node, .octets(recipient.alias?.description), key(recipient.address.description),
        ]
    }

    static func values(
        _ entry: RecipientLogEntry, message: FirebirdValue, node: FirebirdValue
    ) -> [FirebirdValue] {
        [
            message, .integer(entry.ordinal), .text(entry.address), .text(entry.state.rawValue), .octets(entry.reason),
            entry.updatedAt.firebirdValue, node, entry.alias.isEmpty ? .null : .octets(entry.alias), key(entry.address),
        ]
    }

    /// What the log is searched by.
    private static func key(_ address: String) -> FirebirdValue {
        .octets(CorrespondentCondition.key(of: address).cutBytes(to: CorrespondentCondition.maximumBytes))
    }

    static func entry(_ row: FirebirdRow) throws(FirebirdError) -> RecipientLogEntry {
        RecipientLogEntry(
            ordinal: try row.decode("ordinal"), address: try row.decode("address"), state: try row.word("state"),
            reason: try row.octets("reason"),
            updatedAt: try row.decode("changed_at"),
            alias: try row.decode("alias", as: [UInt8]?.self).map { String(decoding: $0, as: UTF8.self) } ?? "")
    }
}
