import Firebird

extension FirebirdMigration {
    /// Bayesian learning: the generation that is in force, what each node uses, the ledger and the runs. What was learned itself is in files.
    static let createBayesianLearning = FirebirdMigration(
        "bayesian learning",
        schema: [
            """
            create table bayes_generation (
                id smallint not null primary key check (id = 1),
                epoch bigint not null,
                sequence_number bigint not null,
                ham integer not null,
                spam integer not null,
                features integer not null,
                minimum_samples integer not null,
                published_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table bayes_node (
                node_id d_id not null primary key,
                epoch bigint,
                sequence_number bigint,
                loaded_at d_time not null,
                problem d_text_500 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            """
            create table bayes_sample (
                digest d_id not null primary key,
                kind varchar(4) character set utf8 not null check (kind in ('ham', 'spam')),
                state varchar(10) character set utf8 not null,
                origin varchar(20) character set utf8 not null,
                actor varchar(100) character set utf8 not null,
                message_id d_id,
                sender varchar(200) character set utf8 not null,
                subject varchar(200) character set utf8 not null,
                epoch bigint,
                sequence_number bigint,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index bayes_sample_newest on bayes_sample (changed_at, digest)",
            "create index bayes_sample_state on bayes_sample (state)",
            """
            create table bayes_run (
                run_key varchar(50) character set utf8 not null primary key,
                node_id d_id not null,
                started_at d_time not null,
                state varchar(10) character set utf8 not null,
                step varchar(20) character set utf8 not null,
                files integer not null,
                files_read integer not null,
                learned integer not null,
                corrected integer not null,
                known integer not null,
                unlearned integer not null,
                aged integer not null,
                set_aside integer not null,
                files_left integer not null,
                cause d_text_500 not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create descending index bayes_run_newest on bayes_run (started_at)",
        ])
}
