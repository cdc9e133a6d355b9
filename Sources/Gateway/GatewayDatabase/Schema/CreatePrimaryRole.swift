import Firebird
import Settings

extension FirebirdMigration {
    /// The primary role: the epoch that tasks lock, and apart from it the counter that its holder raises, so that neither waits for the
    /// other. Given back, it keeps its holder with the incarnation 0, so that it is known who had it last.
    static let createPrimaryRole = FirebirdMigration(
        "primary role",
        schema: [
            """
            create table primary_role (
                id smallint not null primary key check (id = 1),
                holder d_id,
                incarnation bigint not null,
                epoch bigint not null,
                designated d_id,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table primary_counter (
                id smallint not null primary key check (id = 1),
                counter bigint not null,
                writer_attachment bigint,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
        ])

    /// Free: nobody ever held it.
    static let insertPrimaryRole = FirebirdMigration("primary role rows") { transaction in
        let now = UTCTime.now()
        let nobody = FirebirdValue.bytes(QueueRow.nobody)
        try transaction.execute(
            """
            insert into primary_role (id, incarnation, epoch, changed_at, changed_by) values (1, 0, 0, \(now), \(nobody))
            """)
        try transaction.execute("insert into primary_counter (id, counter, changed_at, changed_by) values (1, 0, \(now), \(nobody))")
    }
}
