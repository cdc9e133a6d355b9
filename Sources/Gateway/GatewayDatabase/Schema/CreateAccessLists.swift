import Firebird

extension FirebirdMigration {
    /// The allow and block lists. An entry is not unique by constraint: two sites of a replicated database can add the same one at
    /// once, which does no harm, and both can be deleted. `access_list_state` holds the settings revision of the newest change, so that
    /// nodes load the lists only when they changed.
    static let createAccessLists = FirebirdMigration(
        "0007 access lists",
        schema: [
            """
            create table access_list (
                id d_id not null primary key,
                list_name varchar(10) character set utf8 not null check (list_name in ('allow', 'block')),
                kind varchar(20) character set utf8 not null,
                entry_value varchar(320) character set utf8 not null,
                domain_name varchar(255) character set utf8 not null,
                note varchar(500) character set utf8 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index access_list_value on access_list (entry_value)",
            """
            create table access_list_state (
                id smallint not null primary key check (id = 1),
                revision bigint not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
        ])
}
