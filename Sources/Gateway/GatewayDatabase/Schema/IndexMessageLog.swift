import Firebird

extension FirebirdMigration {
    /// What the log is searched by, normalised (see `CorrespondentCondition.key`), with an index that ends in time and identifier: a page
    /// is a short walk along it wherever it begins. `received_at` of a recipient's row is its message's. Older rows are not filled in: none
    /// was ever released.
    static let addLogKeys = FirebirdMigration(
        "log search keys",
        schema: [
            "alter table message add sender_key d_text_320",
            "alter table recipient add address_key d_text_320, add received_at d_time",
        ])

    /// Each costs every mail a page written somewhere in the index, so there are few.
    static let indexMessageLog = FirebirdMigration(
        "log search indexes",
        schema: [
            "create descending index message_sender on message (sender_key, received_at, id)",
            "create descending index recipient_address on recipient (address_key, received_at, message_id)",
        ])

    /// What a person comes with who asks where his mail is: its Message-ID, or the address it was sent from.
    static let indexMessageOrigins = FirebirdMigration(
        "log search by client and Message-ID",
        schema: [
            "create descending index message_client on message (client_address, received_at, id)",
            "create index message_message_id on message (message_id_field)",
        ])

    /// Their random order cost every mail a page for each, written with its batch. The text index finds the same afterwards.
    static let dropLogIndexes = FirebirdMigration(
        "log searches by the text index",
        schema: [
            "drop index message_sender", "drop index recipient_address", "drop index message_client", "drop index message_message_id",
        ])

    /// It stood there for the index only.
    static let dropRecipientTime = FirebirdMigration("no time of recipients", schema: ["alter table recipient drop received_at"])
}
