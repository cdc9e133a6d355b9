import Firebird

extension FirebirdMigration {
    /// What nodes tell each other of senders who come near a rate limit. Small: an hour of the few who do.
    static let createRates = FirebirdMigration(
        "rates",
        schema: [
            """
            create table rate_figure (
                writer_id d_id not null,
                subject varchar(400) character set utf8 not null,
                slot_number bigint not null,
                messages integer not null,
                recipients integer not null,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint rate_figure_key primary key (writer_id, subject, slot_number))
            """,
            "create index rate_figure_change on rate_figure (changed_at)",
        ])
}
