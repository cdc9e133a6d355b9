import Firebird

extension FirebirdMigration {
    /// The quarantine: a row for each message that is kept, and for each recipient what the queue will need. Whoever releases or
    /// discards a message deletes its row of `quarantine` first; that this succeeds for one only is what makes it happen once.
    static let createQuarantine = FirebirdMigration(
        "0009 quarantine",
        schema: [
            """
            create table quarantine (
                message_id d_id not null primary key,
                kind varchar(20) character set utf8 not null,
                quarantined_at d_time not null,
                reason_english d_text_500 not null,
                reason_japanese d_text_500 not null,
                score_tenths integer not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index quarantine_newest on quarantine (quarantined_at, message_id)",
            "create index quarantine_oldest on quarantine (quarantined_at)",
            """
            create table quarantine_recipient (
                message_id d_id not null,
                ordinal integer not null,
                notify varchar(22) character set utf8,
                original_recipient d_text_500,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint quarantine_recipient_key primary key (message_id, ordinal))
            """,
        ])
}
