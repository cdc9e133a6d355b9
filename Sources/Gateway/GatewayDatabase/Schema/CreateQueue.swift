import Firebird

extension FirebirdMigration {
    /// The queue: a small row for each recipient that waits or is in a node's hand; gone when it is done.
    ///
    /// `holder` is sixteen zero bytes and `incarnation` 0 while nobody holds the row. One index serves both searches of a claim: free
    /// rows by the time they are due, and the rows of a node's earlier incarnations; rows in the hand of the living are never
    /// walked over. `claim_number` names the claim that took the row, 0 when it was born held.
    static let createQueue = FirebirdMigration(
        "0005 queue",
        schema: [
            """
            create table queue (
                message_id d_id not null,
                ordinal integer not null,
                holder d_id not null,
                incarnation bigint not null,
                is_held boolean not null,
                due_at d_time not null,
                claim_number bigint not null,
                attempts integer not null,
                is_delay_reported boolean not null,
                notify varchar(22) character set utf8,
                original_recipient d_text_500,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint queue_key primary key (message_id, ordinal))
            """,
            "create index queue_claim on queue (holder, incarnation, is_held, due_at)",
        ])
}
