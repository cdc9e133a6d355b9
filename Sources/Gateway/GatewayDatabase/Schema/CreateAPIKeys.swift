import Firebird

extension FirebirdMigration {
    /// Keys of the REST API. Found by their identifier, which is a part of the key; the rest of it is only here as a hash.
    static let createAPIKeys = FirebirdMigration(
        "api keys",
        schema: [
            """
            create table api_key (
                id d_id not null primary key,
                name varchar(100) character set utf8 not null,
                access_name varchar(10) character set utf8 not null,
                secret_hash char(32) character set octets not null,
                created_at d_time not null,
                created_by varchar(200) character set utf8 not null,
                expires_at d_time not null,
                revoked_at d_time,
                last_used_at d_time,
                changed_at d_time not null,
                changed_by d_id not null)
            """
        ])
}
