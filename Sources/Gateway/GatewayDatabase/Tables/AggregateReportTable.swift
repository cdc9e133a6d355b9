package import AggregateReports
import Cluster
package import Delivery
package import DomainsAndUsers
import Firebird
package import Mail
import SenderAuthentication
import Settings

/// What nodes have seen of domains that want DMARC reports, and what became of the reports.
package struct AggregateReportTable: AggregateReportStore {
    let sessions: DatabaseSessions
    /// Asserted in each transaction that only the primary may do.
    let fence: PrimaryFence?

    private static let deadline = Duration.seconds(15)
    private static let rowsPerRemoval = 500
    private static let columns =
        "id, domain_name, day_number, state, reason, recipients, message_count, report_rows, size_bytes, message_id, made_at"

    init(sessions: DatabaseSessions, fence: PrimaryFence? = nil) {
        self.sessions = sessions
        self.fence = fence
    }

    package func store(_ rows: [ObservedRow]) async throws(DirectoryError) {
        let node = sessions.node
        try await background { transaction in
            let now = UTCTime.now()
            for observed in rows {
                let data = observed.data
                // Longer than anything that a message of ours could make of it.
                guard data.utf8.count <= ObservedRow.maximumDataBytes else { continue }
                try transaction.executeUncounted(
                    """
                    update or insert into dmarc_observation
                        (id, day_number, domain_name, policy, row_data, message_count, changed_at, changed_by)
                    values (\(observed.identifier), \(FirebirdValue.integer(observed.day.number)), \(observed.domain.ascii),
                        \(FirebirdValue.octets(observed.policy)), \(FirebirdValue.octets(data)),
                        \(FirebirdValue.integer(observed.row.count)),
                        \(now), \(node))
                    matching (id)
                    """)
            }
        }
    }

    package func pendingReports(before day: ReportDay?, limit: Int) async throws(DirectoryError) -> [PendingReport] {
        let last = (day?.number ?? Int(Int32.max))
        return try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) o.day_number, o.domain_name, sum(o.message_count), count(*)
                from dmarc_observation o
                where o.day_number < \(FirebirdValue.integer(last)) and not exists (
                    select 1 from aggregate_report r where r.day_number = o.day_number and r.domain_name = o.domain_name)
                group by o.day_number, o.domain_name order by o.day_number, o.domain_name
                """
            ).compactMap { row in
                guard let domain = try? DomainName(try row.decode(1, as: String.self)) else { return nil }
                return PendingReport(
                    domain: domain, day: ReportDay(number: try row.decode(0)), messages: try row.decode(2), rows: try row.decode(3))
            }
        }
    }

    package func observations(of domain: DomainName, on day: ReportDay, limit: Int) async throws(DirectoryError) -> [ObservedRow] {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) id, policy, row_data, message_count from dmarc_observation
                where day_number = \(FirebirdValue.integer(day.number)) and domain_name = \(domain.ascii) order by message_count desc
                """, maximumRows: max(1, limit)
            ).compactMap { row in
                guard let observed = ObservedRow.row(data: try row.octets(2), count: try row.decode(3)) else { return nil }
                return ObservedRow(identifier: try row.decode(0), day: day, domain: domain, policy: try row.octets(1), row: observed)
            }
        }
    }

    package func finish(_ report: AggregateReport, mail: QueueSubmission?) async throws(DirectoryError) -> Bool {
        let node = sessions.node
        let fence = fence
        return try await background { transaction in
            try fence?.assert(transaction)
            let present = try transaction.queryOne(
                """
                select id from aggregate_report
                where day_number = \(FirebirdValue.integer(report.day.number)) and domain_name = \(report.domain.ascii)
                """)
            // After a commit whose answer was lost it is our own.
            if let present { return try present.decode(0, as: RecordIdentifier.self) == report.identifier }
            let now = UTCTime.now()
            try transaction.execute(
                """
                insert into aggregate_report (id, domain_name, day_number, state, reason, recipients, message_count, report_rows,
                    size_bytes, message_id, made_at, changed_at, changed_by)
                values (\(report.identifier), \(report.domain.ascii), \(FirebirdValue.integer(report.day.number)), \(report.state.rawValue),
                    \(FirebirdValue.octets(report.reason)), \(FirebirdValue.octets(report.recipients.joined(separator: "\n"))),
                    \(FirebirdValue.integer(report.messages)), \(FirebirdValue.integer(report.rows)),
                    \(FirebirdValue.integer(report.sizeBytes)), \(report.message), \(report.at), \(now), \(node))
                """)
            if let mail { try SubmissionWriter(holder: Incarnation(node: node, number: 0), time: now).write([mail], transaction) }
            return true
        }
    }

    package func aggregateReports(
        domain: String, after cursor: AggregateReportCursor?, limit: Int
    ) async throws(DirectoryError) -> [AggregateReport] {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append("made_at <= \(cursor.at) and (made_at + 0 < \(cursor.at) or id || '' < \(cursor.identifier))")
        }
        if !domain.isEmpty { conditions.append("domain_name || '' = \(domain)") }
        let query: FirebirdQuery = """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from aggregate_report
            \(FirebirdQuery.where(conditions)) order by made_at desc, id desc
            """
        return try await sessions.read(unavailable: DirectoryError.unavailable) { try $0.query(query).compactMap(Self.report) }
    }

    package func aggregateReport(of domain: DomainName, on day: ReportDay) async throws(DirectoryError) -> AggregateReport? {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.queryOne(
                """
                select \(unsafeSQL: Self.columns) from aggregate_report
                where day_number = \(FirebirdValue.integer(day.number)) and domain_name = \(domain.ascii)
                """
            ).flatMap(Self.report)
        }
    }

    package func removeReports(before day: ReportDay) async throws(DirectoryError) -> Bool {
        let fence = fence
        // Most rounds find nothing: then nothing is locked or written.
        let isThere = try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try ["dmarc_observation", "aggregate_report"].contains { table in
                try transaction.queryOne(
                    "select first 1 1 from \(unsafeSQL: table) where day_number < \(FirebirdValue.integer(day.number))") != nil
            }
        }
        guard isThere else { return false }
        return try await background { transaction in
            try fence?.assert(transaction)
            var removed = 0
            for table in ["dmarc_observation", "aggregate_report"] {
                removed += try transaction.execute(
                    """
                    delete from \(unsafeSQL: table) where day_number < \(FirebirdValue.integer(day.number))
                    rows \(unsafeSQL: String(Self.rowsPerRemoval))
                    """)
            }
            return removed > 0
        }
    }

    private func background<Value: Sendable>(
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(DirectoryError) -> Value {
        let pool = sessions.background
        return try await DatabaseSessions.translating(DirectoryError.unavailable) {
            try await pool.transaction(deadline: Self.deadline, retryingConflicts: DatabaseSessions.writeRetries, body)
        }
    }

    private static func report(_ row: FirebirdRow) throws -> AggregateReport? {
        guard let domain = try? DomainName(try row.decode(1, as: String.self)) else { return nil }
        return AggregateReport(
            identifier: try row.decode(0), domain: domain, day: ReportDay(number: try row.decode(2)), state: try row.word("state"),
            reason: try row.octets(4), recipients: try row.octets(5).split(separator: "\n").map(String.init), messages: try row.decode(6),
            rows: try row.decode(7), sizeBytes: try row.decode(8), message: try row.decode(9, as: RecordIdentifier?.self),
            at: try row.decode(10))
    }
}
