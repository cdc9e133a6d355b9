import Firebird

extension FirebirdMigration {
    /// The log: a row for each message, for each recipient, and for each thing that happened to a recipient.
    ///
    /// These tables take several rows for every mail, so they have no foreign keys, no check constraints and only the indexes that
    /// paging needs. `message` and `delivery_event` rows are never changed after their insertion: their time and node are their
    /// `changed_at` and `changed_by`.
    static let createMessages = FirebirdMigration(
        "0004 messages",
        schema: [
            """
            create table message (
                id d_id not null primary key,
                received_at d_time not null,
                node_id d_id not null,
                direction varchar(10) character set utf8 not null,
                result varchar(10) character set utf8 not null,
                reason d_text_500 not null,
                client_address d_text_100 not null,
                helo_name d_text_255 not null,
                protocol_name d_text_100 not null,
                tls d_text_100 not null,
                reverse_path varchar(320) character set utf8 not null,
                subject varchar(500) character set utf8 not null,
                header_from d_text_500 not null,
                message_id_field d_text_255 not null,
                size_bytes bigint not null,
                recipient_count integer not null,
                body_kind varchar(10) character set utf8 not null,
                is_international boolean not null,
                return_content varchar(4) character set utf8,
                envelope_id d_text_255,
                prepended_header varchar(2000) character set octets not null,
                header_parts smallint not null)
            """,
            "create descending index message_newest on message (received_at, id)",
            """
            create table message_header_part (
                message_id d_id not null,
                part smallint not null,
                content varchar(8000) character set octets not null,
                constraint message_header_part_key primary key (message_id, part))
            """,
            """
            create table recipient (
                message_id d_id not null,
                ordinal integer not null,
                address varchar(320) character set utf8 not null,
                state varchar(10) character set utf8 not null,
                reason d_text_500 not null,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint recipient_key primary key (message_id, ordinal))
            """,
            """
            create table delivery_event (
                message_id d_id not null,
                id d_id not null,
                ordinal integer not null,
                happened_at d_time not null,
                node_id d_id not null,
                kind varchar(15) character set utf8 not null,
                attempt integer not null,
                next_hop d_text_320 not null,
                reply d_text_500 not null,
                tls d_text_100 not null,
                duration_milliseconds bigint not null,
                constraint delivery_event_key primary key (message_id, id))
            """,
        ])
}
