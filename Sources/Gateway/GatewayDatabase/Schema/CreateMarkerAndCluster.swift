import Firebird

extension FirebirdMigration {
    /// The domains (column types) every table uses, the marker, and the nodes.
    ///
    /// `UTF8` columns reserve four bytes for each character in every buffer, row image and parameter block. Text that no query
    /// compares or searches is therefore kept as its UTF-8 bytes (`D_TEXT_…`, OCTETS), a quarter of the room.
    static let createMarkerAndCluster = FirebirdMigration(
        "0001 marker and cluster",
        schema: [
            "create domain d_id as char(16) character set octets",
            "create domain d_time as bigint",
            "create domain d_text_100 as varchar(100) character set octets",
            "create domain d_text_255 as varchar(255) character set octets",
            "create domain d_text_320 as varchar(320) character set octets",
            "create domain d_text_500 as varchar(500) character set octets",
            """
            create table security_gateway (
                id smallint not null primary key check (id = 1),
                product varchar(50) character set utf8 not null,
                created_at d_time not null)
            """,
            """
            create table node (
                id d_id not null primary key,
                name varchar(255) character set utf8 not null,
                version varchar(50) character set utf8 not null,
                incarnation bigint not null check (incarnation > 0),
                counter bigint not null,
                is_stopped boolean not null,
                started_at d_time not null,
                last_seen_at d_time not null,
                settings_revision bigint not null,
                last_batch d_id,
                writer_attachment bigint,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
        ])
}
