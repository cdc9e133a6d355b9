import Firebird

extension FirebirdMigration {
    /// What is known of the shared folders: their identities, what each node found when it tried them, and moves with each node's part.
    static let createSharedFolders = FirebirdMigration(
        "shared folders",
        schema: [
            "create domain d_path as varchar(1024) character set octets",
            // The owner is the node whose own folder it is, or nobody for the cluster's.
            """
            create table folder_identity (
                folder varchar(30) character set utf8 not null,
                owner d_id not null,
                path d_path not null,
                identity_id d_id not null,
                changed_at d_time not null,
                changed_by d_id not null,
                primary key (folder, owner))
            """,
            """
            create table folder_probe (
                folder varchar(30) character set utf8 not null,
                node_id d_id not null,
                path d_path not null,
                account d_text_100 not null,
                identity_id d_id,
                missing varchar(20) character set utf8,
                cause d_text_500 not null,
                read_from d_id,
                milliseconds bigint not null,
                free_bytes bigint,
                total_bytes bigint,
                file_system d_text_100 not null,
                token d_id,
                request bigint not null,
                probed_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null,
                primary key (folder, node_id))
            """,
            """
            create table folder_probe_request (
                id smallint not null primary key check (id = 1),
                request bigint not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            // A move that is not over has its folder in active_folder, so that there is one at a time.
            """
            create table folder_move (
                id d_id not null primary key,
                folder varchar(30) character set utf8 not null,
                active_folder varchar(30) character set utf8 unique,
                old_path d_path not null,
                new_path d_path not null,
                new_identity d_id not null,
                leaves_files boolean not null,
                forgets_old boolean not null,
                state varchar(20) character set utf8 not null,
                step integer not null,
                epoch bigint not null,
                cause d_text_500 not null,
                started_at d_time not null,
                since d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index folder_move_newest on folder_move (started_at)",
            """
            create table folder_move_member (
                move_id d_id not null references folder_move,
                node_id d_id not null,
                source_identity d_id,
                cause d_text_500 not null,
                has_probed boolean not null,
                adopted_step integer not null,
                round_number smallint not null,
                round_done boolean not null,
                files bigint not null,
                bytes bigint not null,
                total_files bigint not null,
                total_bytes bigint not null,
                changed_at d_time not null,
                changed_by d_id not null,
                primary key (move_id, node_id))
            """,
        ])

    /// Nobody asked yet.
    static let insertFolderProbeRequest = FirebirdMigration("folder probe request row") { transaction in
        try transaction.execute(
            """
            insert into folder_probe_request (id, request, changed_at, changed_by)
            values (1, 0, 0, \(FirebirdValue.bytes(QueueRow.nobody)))
            """)
    }
}
