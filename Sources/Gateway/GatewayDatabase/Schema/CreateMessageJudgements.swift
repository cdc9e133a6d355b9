import Firebird

extension FirebirdMigration {
    /// How messages were judged: at most one row each, written in the group commit of the message's own row. The findings are packed,
    /// so that a message costs one row however many checks looked at it.
    static let createMessageJudgements = FirebirdMigration(
        "0008 message judgements",
        schema: [
            """
            create table message_judgement (
                message_id d_id not null primary key,
                verdict varchar(15) character set utf8 not null,
                is_recorded_only boolean not null,
                score_tenths integer not null,
                findings varchar(3000) character set octets not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """
        ])
}
