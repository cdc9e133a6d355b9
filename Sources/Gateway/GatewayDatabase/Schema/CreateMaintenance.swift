import Firebird

extension FirebirdMigration {
    /// Runs of maintenance; a nightly one has its local date as key, so that there is one for each date.
    static let createMaintenance = FirebirdMigration(
        "maintenance",
        schema: [
            """
            create table maintenance_run (
                run_key varchar(50) character set utf8 not null primary key,
                node_id d_id not null,
                started_at d_time not null,
                state varchar(10) character set utf8 not null,
                removed_messages bigint not null,
                removed_figures bigint not null,
                removed_audit bigint not null,
                cause d_text_500 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index maintenance_newest on maintenance_run (started_at)",
        ])
}
