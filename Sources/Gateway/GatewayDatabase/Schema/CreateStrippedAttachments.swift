import Firebird

extension FirebirdMigration {
    /// Attachments that were taken out of messages; their contents lie in the folder Attachments, named by the identifier.
    static let createStrippedAttachments = FirebirdMigration(
        "stripped attachments",
        schema: [
            """
            create table stripped_attachment (
                id d_id not null primary key,
                message_id d_id not null,
                file_name varchar(255) character set utf8 not null,
                media_type varchar(127) character set utf8 not null,
                size_bytes bigint not null,
                digest char(64) character set ascii not null,
                sender varchar(320) character set utf8 not null,
                recipients varchar(320) character set utf8 not null,
                subject varchar(320) character set utf8 not null,
                created_at d_time not null,
                expires_at d_time not null,
                downloads bigint not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index stripped_newest on stripped_attachment (created_at, id)",
            "create index stripped_of_message on stripped_attachment (message_id)",
            "create index stripped_expiry on stripped_attachment (expires_at)",
        ])
}
