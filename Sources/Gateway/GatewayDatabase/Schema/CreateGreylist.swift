import Firebird

extension FirebirdMigration {
    /// Greylisting's memory. The key is a hash of the triplet, so whichever node or site writes a triplet first, it is one row; two sites
    /// of a replicated database that write it at once write nearly the same. `abuse_state` holds, by name, the revision of the newest
    /// change that all nodes must hear of.
    static let createGreylist = FirebirdMigration(
        "greylist",
        schema: [
            """
            create table greylist (
                id d_id not null primary key,
                network varchar(50) character set utf8 not null,
                sender varchar(320) character set utf8 not null,
                recipient varchar(320) character set utf8 not null,
                first_at d_time not null,
                last_at d_time not null,
                passed_at d_time,
                expires_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index greylist_first on greylist (first_at, id)",
            "create index greylist_expiry on greylist (expires_at)",
            """
            create table abuse_state (
                name varchar(20) character set utf8 not null primary key,
                revision bigint not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
        ])
}
