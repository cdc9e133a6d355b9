import Firebird

extension FirebirdMigration {
    /// Rolled-up figures: a row for each node, period, direction and result, so that no two nodes ever write the same row and
    /// replicated sites add up; and the most frequent addresses of each node and day. An incarnation counts addresses from nothing,
    /// so it has rows of its own.
    static let createStatistics = FirebirdMigration(
        "statistics",
        schema: [
            """
            create table mail_figure (
                period_name varchar(5) character set utf8 not null,
                start_at d_time not null,
                node_id d_id not null,
                direction varchar(10) character set utf8 not null,
                result varchar(20) character set utf8 not null,
                messages bigint not null,
                size_bytes bigint not null,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint mail_figure_key primary key (period_name, start_at, node_id, direction, result))
            """,
            """
            create table correspondent (
                day_at d_time not null,
                side varchar(9) character set utf8 not null,
                direction varchar(10) character set utf8 not null,
                node_id d_id not null,
                incarnation bigint not null,
                address d_text_320 not null,
                messages bigint not null,
                size_bytes bigint not null,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint correspondent_key primary key (day_at, side, direction, node_id, incarnation, address))
            """,
        ])
}
