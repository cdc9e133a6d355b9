import Firebird

extension FirebirdMigration {
    /// How a node does, as its heartbeat says; that it is to leave service; and that it was removed. A removed node keeps its row: it names
    /// the node in old mail and old changes, and makes whatever an old process of it still writes or claims worth nothing.
    static let addNodeStanding = FirebirdMigration(
        "node standing",
        schema: [
            """
            alter table node
                add drain_asked_at d_time, add drain_phase varchar(10) character set utf8, add smtp_sessions integer, add deliveries integer,
                add messages_minute integer, add load_hundredths integer, add clock_difference bigint, add database_micros bigint,
                add folder_micros bigint, add removed_at d_time, add removed_by varchar(200) character set utf8
            """
        ])
}
