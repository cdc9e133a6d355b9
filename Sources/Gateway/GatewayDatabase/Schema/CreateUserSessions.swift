import Firebird

extension FirebirdMigration {
    /// Users signed in to their own pages, apart from administrators: whoever looks a token up asks for one of the two, so that a user's
    /// session can never be taken for an administrator's. A user's language is NULL until he chooses one.
    static let createUserSessions = FirebirdMigration(
        "sessions of users",
        schema: [
            """
            create table user_session (
                token_hash char(32) character set octets not null primary key,
                user_id d_id not null,
                created_at d_time not null,
                last_seen_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index user_session_of_user on user_session (user_id)",
            "create index user_session_last_seen on user_session (last_seen_at)",
            "alter table mail_user add language_code varchar(10) character set utf8",
        ])
}
