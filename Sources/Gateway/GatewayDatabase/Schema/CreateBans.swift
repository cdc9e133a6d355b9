import Firebird
import Settings

extension FirebirdMigration {
    /// Dynamic screening: bans, followed by their revision, which the row `bans` of `abuse_state` serializes; and traces of refused
    /// sign-ins. A lifted ban stays for a day, so that every node hears of it. `expires_at` is when maintenance may remove a row.
    static let createBans = FirebirdMigration(
        "bans",
        schema: [
            """
            create table ban (
                id d_id not null primary key,
                kind varchar(10) character set utf8 not null,
                subject varchar(320) character set utf8 not null,
                reason varchar(20) character set utf8 not null,
                note varchar(500) character set utf8 not null,
                node_id d_id not null,
                begun_at d_time not null,
                until_at d_time,
                is_lifted boolean not null,
                expires_at d_time not null,
                revision bigint not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index ban_revision on ban (revision)",
            "create index ban_expiry on ban (expires_at)",
            "create descending index ban_begun on ban (begun_at, id)",
            """
            create table sign_in_refusal (
                id d_id not null primary key,
                happened_at d_time not null,
                way varchar(20) character set utf8 not null,
                name varchar(254) character set utf8 not null,
                address varchar(50) character set utf8 not null,
                tries integer not null,
                node_id d_id not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index sign_in_refusal_time on sign_in_refusal (happened_at, id)",
            "create index sign_in_refusal_expiry on sign_in_refusal (happened_at)",
        ])

    static let insertBanState = FirebirdMigration("revision of bans") { transaction in
        try AbuseState.note(BanTable.stateName, 0, NodeID(RecordIdentifier(high: 0, low: 0)), transaction)
    }
}
