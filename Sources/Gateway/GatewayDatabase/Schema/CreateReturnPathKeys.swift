import Firebird

extension FirebirdMigration {
    /// Secrets by which bounces of the cluster's own mail are known. Whoever reads the database can make such marks.
    static let createReturnPathKeys = FirebirdMigration(
        "return path keys",
        schema: [
            """
            create table return_path_key (
                id d_id not null primary key,
                key_number smallint not null,
                secret varchar(64) character set octets not null,
                created_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """
        ])
}
