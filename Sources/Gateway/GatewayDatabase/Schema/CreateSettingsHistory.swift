import Firebird

extension FirebirdMigration {
    /// Every change that raised the settings' revision, with the values before and after it. Rows are only inserted, each with a key of
    /// its own, so that two replicated sites never write the same one; they go by age.
    static let createSettingsHistory = FirebirdMigration(
        "settings history",
        schema: [
            """
            create table settings_change (
                id d_id not null primary key,
                revision bigint not null,
                happened_at d_time not null,
                actor varchar(200) character set utf8 not null,
                node_id d_id not null,
                scope varchar(10) character set utf8 not null,
                scope_owner varchar(255) character set utf8 not null,
                section varchar(100) character set utf8 not null,
                name varchar(1000) character set utf8 not null,
                value_before varchar(16000) character set octets,
                value_after varchar(16000) character set octets,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index settings_change_newest on settings_change (revision, id)",
            "create index settings_change_oldest on settings_change (revision, id)",
        ])
}
