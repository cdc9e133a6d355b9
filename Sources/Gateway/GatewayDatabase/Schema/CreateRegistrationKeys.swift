import Firebird

extension FirebirdMigration {
    /// Registration keys of nodes and the identity that signs them. Of a key only its identifier is kept: the rest is a signature.
    static let createRegistrationKeys = FirebirdMigration(
        "registration keys",
        schema: [
            """
            create table cluster_identity (
                id smallint not null primary key check (id = 1),
                cluster_id d_id not null,
                signing_key char(32) character set octets not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table registration_key (
                id d_id not null primary key,
                note d_text_100 not null,
                created_at d_time not null,
                created_by varchar(200) character set utf8 not null,
                node_id d_id,
                node_name d_text_255,
                bound_at d_time,
                revoked_at d_time,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
        ])
}
