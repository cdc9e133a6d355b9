import Firebird

extension FirebirdMigration {
    /// Sieve scripts, one for each owner, their text in parts. The key is whose it is, so that two sites that add one at once have one
    /// row. `revision` is the settings revision of a script's newest change: nodes load what is newer than what they have.
    static let createSieveScripts = FirebirdMigration(
        "Sieve scripts",
        schema: [
            """
            create table sieve_script (
                owner_level varchar(10) character set utf8 not null,
                owner d_text_320 not null,
                name varchar(100) character set utf8 not null,
                is_active boolean not null,
                text_bytes integer not null,
                revision bigint not null,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint sieve_script_key primary key (owner_level, owner))
            """,
            """
            create table sieve_script_part (
                owner_level varchar(10) character set utf8 not null,
                owner d_text_320 not null,
                part smallint not null,
                content varchar(8000) character set octets not null,
                constraint sieve_script_part_key primary key (owner_level, owner, part))
            """,
            """
            create table sieve_script_state (
                id smallint not null primary key check (id = 1),
                revision bigint not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
        ])
}
