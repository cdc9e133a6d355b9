import Firebird

extension FirebirdMigration {
    /// What was seen of domains that want DMARC reports, and the reports. Each row of observations is one node's; which node's does not
    /// matter when they are added up.
    static let createAggregateReports = FirebirdMigration(
        "aggregate reports",
        schema: [
            """
            create table dmarc_observation (
                id d_id not null primary key,
                day_number integer not null,
                domain_name varchar(255) character set ascii not null,
                policy varchar(4096) character set octets not null,
                row_data varchar(8000) character set octets not null,
                message_count integer not null,
                changed_at d_time not null,
                changed_by d_id not null)
            """,
            "create index dmarc_observation_day on dmarc_observation (day_number, domain_name)",
            """
            create table aggregate_report (
                id d_id not null primary key,
                domain_name varchar(255) character set ascii not null,
                day_number integer not null,
                state varchar(10) character set ascii not null,
                reason varchar(1000) character set octets not null,
                recipients varchar(4000) character set octets not null,
                message_count integer not null,
                report_rows integer not null,
                size_bytes integer not null,
                message_id d_id,
                made_at d_time not null,
                changed_at d_time not null,
                changed_by d_id not null,
                constraint aggregate_report_of_day unique (day_number, domain_name))
            """,
            "create descending index aggregate_report_made on aggregate_report (made_at, id)",
        ])
}
