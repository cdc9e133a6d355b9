import Firebird

extension FirebirdMigration {
    /// Who may sign in, who is, and what was done.
    static let createAdministration = FirebirdMigration(
        "0003 administration",
        schema: [
            """
            create table administrator (
                id d_id not null primary key,
                name varchar(100) character set utf8 not null,
                name_key varchar(100) character set utf8 not null,
                password_hash varchar(500) character set utf8 not null,
                role_name varchar(30) character set utf8 not null,
                language_code varchar(10) character set utf8 not null,
                created_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index administrator_name on administrator (name_key)",
            """
            create table web_session (
                token_hash char(32) character set octets not null primary key,
                administrator_id d_id not null,
                created_at d_time not null,
                last_seen_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index web_session_of_administrator on web_session (administrator_id)",
            "create index web_session_last_seen on web_session (last_seen_at)",
            """
            create table audit (
                id d_id not null primary key,
                happened_at d_time not null,
                actor varchar(200) character set utf8 not null,
                node_id d_id not null,
                action varchar(100) character set utf8 not null,
                target varchar(1000) character set utf8 not null,
                detail varchar(4000) character set utf8 not null)
            """,
            "create descending index audit_newest on audit (happened_at, id)",
        ])
}
