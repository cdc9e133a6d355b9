import Firebird

extension FirebirdMigration {
    /// Settings and the directory. A domain's and an administrator's name is not unique by constraint: two sites of a replicated
    /// database can add the same one at once, and the older row counts (R20). Within one database the row of
    /// `settings_revision`, locked by every change, keeps them apart.
    static let createSettingsAndDomains = FirebirdMigration(
        "0002 settings and domains",
        schema: [
            """
            create table settings_revision (
                id smallint not null primary key check (id = 1),
                revision bigint not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table setting (
                scope varchar(10) character set utf8 not null check (scope in ('cluster', 'domain', 'node')),
                scope_owner varchar(255) character set utf8 not null,
                section varchar(50) character set utf8 not null,
                name varchar(63) character set utf8 not null,
                setting_value varchar(8000) character set utf8,
                revision bigint not null,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint setting_key primary key (scope, scope_owner, section, name))
            """,
            """
            create table protected_domain (
                id d_id not null primary key,
                name varchar(255) character set utf8 not null,
                note varchar(500) character set utf8 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index protected_domain_name on protected_domain (name)",
            """
            create table mail_server (
                id d_id not null primary key,
                domain_id d_id not null references protected_domain (id),
                list_position smallint not null,
                host varchar(255) character set utf8 not null,
                port integer not null check (port between 1 and 65535),
                priority integer not null check (priority between 0 and 65535),
                security varchar(20) character set utf8 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table listed_recipient (
                lookup_key varchar(320) character set utf8 not null primary key,
                domain_id d_id not null references protected_domain (id),
                address varchar(320) character set utf8 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index listed_recipient_of_domain on listed_recipient (domain_id, lookup_key)",
        ])
}
