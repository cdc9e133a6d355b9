import Firebird

extension FirebirdMigration {
    /// Recipients' own entries of the allow and block lists. Digests: which copies have been told of, what each owner wants and got, and runs; the keys of links in mail, and which links were
    /// used. The administrators' quarantine is told of as a whole, so its mark is at the message. Whoever reads the keys can make links.
    static let createQuarantineDigests = FirebirdMigration(
        "quarantine digests",
        schema: [
            "alter table access_list add recipient_key varchar(320) character set utf8",
            "create index access_list_recipient on access_list (recipient_key)",
            "alter table quarantine add told_at d_time",
            "alter table quarantine_recipient add told_at d_time",
            """
            create table quarantine_digest (
                owner_key varchar(320) character set utf8 not null primary key,
                is_wanted boolean not null,
                sent_at d_time,
                message_id d_id,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table digest_run (
                run_key varchar(50) character set utf8 not null primary key,
                node_id d_id not null,
                started_at d_time not null,
                state varchar(10) character set utf8 not null,
                sent bigint not null,
                cause d_text_500 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index digest_run_newest on digest_run (started_at)",
            """
            create table link_key (
                id d_id not null primary key,
                secret varchar(64) character set octets not null,
                created_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table used_link (
                fingerprint char(32) character set octets not null primary key,
                expires_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index used_link_expiry on used_link (expires_at)",
        ])
}
