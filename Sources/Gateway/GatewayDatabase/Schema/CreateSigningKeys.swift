import Firebird

extension FirebirdMigration {
    /// Keys that mail of a domain is signed with. The private half is kept as it is, since every node signs: whoever reads the database
    /// can sign in the domain's name. A selector is not unique by constraint: two sites of a replicated database can add the same one at
    /// once; the older row counts.
    static let createSigningKeys = FirebirdMigration(
        "signing keys",
        schema: [
            """
            create table signing_key (
                id d_id not null primary key,
                domain_id d_id not null,
                selector varchar(63) character set utf8 not null,
                kind varchar(10) character set utf8 not null,
                private_key varchar(6000) character set octets not null,
                is_active boolean not null,
                created_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index signing_key_domain on signing_key (domain_id)",
        ])
}
