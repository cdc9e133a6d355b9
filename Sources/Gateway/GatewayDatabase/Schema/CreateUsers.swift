import Firebird

extension FirebirdMigration {
    /// Users of protected domains with their aliases. Addresses are not unique by constraint, like the names of domains: two sites of a
    /// replicated database can add the same one at once, and the older row counts. A user's own address counts before an alias, and an
    /// alias points to a user and not to an address, so that no order of changes can make a circle.
    static let createUsers = FirebirdMigration(
        "0010 users",
        schema: [
            """
            create table mail_user (
                id d_id not null primary key,
                domain_id d_id not null references protected_domain (id),
                lookup_key varchar(320) character set utf8 not null,
                address varchar(320) character set utf8 not null,
                display_name varchar(200) character set utf8 not null,
                is_enabled boolean not null,
                verifier d_text_255,
                created_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index mail_user_key on mail_user (lookup_key)",
            "create index mail_user_of_domain on mail_user (domain_id, lookup_key)",
            """
            create table user_alias (
                id d_id not null primary key,
                user_id d_id not null references mail_user (id),
                domain_id d_id not null references protected_domain (id),
                lookup_key varchar(320) character set utf8 not null,
                address varchar(320) character set utf8 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index user_alias_key on user_alias (lookup_key)",
        ])

    /// Who had signed in, and which alias a recipient was reached by. Rows of before have neither.
    static let addSignedInUserToLog = FirebirdMigration(
        "0011 signed-in user and alias in the log",
        schema: ["alter table message add authenticated_user d_text_320", "alter table recipient add alias d_text_320"])
}
