import Firebird

extension FirebirdMigration {
    /// Content rules, their conditions and actions in their text form, one a line. `content_rule_state` holds the settings revision of
    /// the newest change, so that nodes load the rules only when they changed.
    static let createContentRules = FirebirdMigration(
        "content rules",
        schema: [
            """
            create table content_rule (
                id d_id not null primary key,
                place integer not null,
                name varchar(100) character set utf8 not null,
                domain_name varchar(255) character set utf8 not null,
                is_enabled boolean not null,
                stops boolean not null,
                needs_any boolean not null,
                conditions varchar(6000) character set utf8 not null,
                actions varchar(1600) character set utf8 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table content_rule_state (
                id smallint not null primary key check (id = 1),
                revision bigint not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
        ])
}
