import Firebird
import Settings

extension FirebirdMigration {
    /// The text index of the log (`TextIndex/`): segments of consecutive messages, the slices of their bitmaps, and messages that came too
    /// late for the segment they belong to. A slice is its segment's: it is inserted with it, and changed only by adding late messages.
    static let createTextIndex = FirebirdMigration(
        "text index of the log",
        schema: [
            """
            create table text_index (
                id smallint not null primary key check (id = 1),
                horizon d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table text_segment (
                id d_id not null primary key,
                form smallint not null,
                begin_at d_time not null,
                begin_message d_id not null,
                end_at d_time not null,
                end_message d_id not null,
                block_count integer not null,
                block_ends varchar(12000) character set octets not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table text_slice (
                segment_id d_id not null,
                slice integer not null,
                content varchar(1024) character set octets not null,
                constraint text_slice_key primary key (segment_id, slice))
            """,
            """
            create table text_late (
                id d_id not null primary key,
                message_id d_id not null,
                received_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
        ])

    /// A row for each block that has messages (`TextBlock`): its place in the log and the lines of its messages, NULL when they are too
    /// many. Its key is made of a part of its segment and its number there. A segment of before has none and another form.
    static let createTextBlocks = FirebirdMigration(
        "blocks of the text index",
        schema: [
            "alter table text_segment add parts varchar(256) character set octets",
            """
            create table text_block (
                id d_id not null primary key,
                begin_at d_time not null,
                begin_message d_id not null,
                end_at d_time not null,
                end_message d_id not null,
                content varchar(8000) character set octets)
            """,
        ])

    /// Nothing is indexed yet, so no message is late.
    static let insertTextIndex = FirebirdMigration("text index row") { transaction in
        let nobody = FirebirdValue.bytes(QueueRow.nobody)
        try transaction.execute(
            "insert into text_index (id, horizon, changed_at, changed_by) values (1, 0, \(UTCTime.now()), \(nobody))")
    }
}
