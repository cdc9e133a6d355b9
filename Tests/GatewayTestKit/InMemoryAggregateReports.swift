package import AggregateReports
package import Delivery
package import DomainsAndUsers
package import Mail
import SenderAuthentication
import Settings
package import Synchronization

/// Aggregate reports in memory; sending writes down that it was sent.
package final class InMemoryAggregateReports: AggregateReportStore, AggregateReportSender {
    package struct State: Sendable {
        package var observations: [ObservedRow] = []
        package var reports: [AggregateReport] = []
        package var mails: [QueueSubmission] = []
        package var isUnavailable = false
        /// What sending answers instead.
        package var answer: ReportSending?
    }

    package let state = Mutex(State())

    package init() {}

    private func work<Value: Sendable>(_ body: (inout sending State) -> Value) throws(DirectoryError) -> Value {
        try state.withLock { state throws(DirectoryError) in
            if state.isUnavailable { throw .unavailable(cause: "test") }
            return body(&state)
        }
    }

    package func store(_ rows: [ObservedRow]) async throws(DirectoryError) {
        try work { state in
            for row in rows {
                state.observations.removeAll { $0.identifier == row.identifier }
                state.observations.append(row)
            }
        }
    }

    package func pendingReports(before day: ReportDay?, limit: Int) async throws(DirectoryError) -> [PendingReport] {
        try work { state in
            let open = state.observations.filter { row in
                (day.map { row.day < $0 } ?? true) && !state.reports.contains { $0.domain == row.domain && $0.day == row.day }
            }
            let groups = Dictionary(grouping: open) { "\($0.day) \($0.domain.ascii)" }
            return groups.sorted { $0.key < $1.key }.prefix(limit).compactMap { _, rows in
                rows.first.map {
                    PendingReport(domain: $0.domain, day: $0.day, messages: rows.reduce(0) { $0 + $1.row.count }, rows: rows.count)
                }
            }
        }
    }

    package func observations(of domain: DomainName, on day: ReportDay, limit: Int) async throws(DirectoryError) -> [ObservedRow] {
        try work { state in Array(state.observations.filter { $0.domain == domain && $0.day == day }.prefix(limit)) }
    }

    package func finish(_ report: AggregateReport, mail: QueueSubmission?) async throws(DirectoryError) -> Bool {
        try work { state in
            guard !state.reports.contains(where: { $0.domain == report.domain && $0.day == report.day }) else { return false }
            state.reports.append(report)
            if let mail { state.mails.append(mail) }
            return true
        }
    }

    package func aggregateReports(
        domain: String, after cursor: AggregateReportCursor?, limit: Int
    ) async throws(DirectoryError) -> [AggregateReport] {
        try work { state in
            let all = state.reports.filter { domain.isEmpty || $0.domain.ascii == domain }.sorted {
                ($0.at, $0.identifier) > ($1.at, $1.identifier)
            }
            guard let cursor else { return Array(all.prefix(limit)) }
            return Array(all.filter { ($0.at, $0.identifier) < (cursor.at, cursor.identifier) }.prefix(limit))
        }
    }

    package func aggregateReport(of domain: DomainName, on day: ReportDay) async throws(DirectoryError) -> AggregateReport? {
        try work { state in state.reports.first { $0.domain == domain && $0.day == day } }
    }

    package func removeReports(before day: ReportDay) async throws(DirectoryError) -> Bool {
        try work { state in
            state.observations.removeAll { $0.day < day }
            state.reports.removeAll { $0.day < day }
            return false
        }
    }

    package func send(_ domain: DomainName, _ day: ReportDay) async throws(DirectoryError) -> ReportSending {
        if let answer = try work({ $0.answer }) { return answer }
        let observed = try await observations(of: domain, on: day, limit: .max)
        guard !observed.isEmpty else { return .nothingSeen }
        let report = AggregateReport(
            identifier: RecordIdentifier(milliseconds: 1), domain: domain, day: day, state: .sent, reason: "",
            recipients: ["r@\(domain.ascii)"],
            messages: observed.reduce(0) { $0 + $1.row.count }, rows: observed.count, sizeBytes: 100,
            message: RecordIdentifier(milliseconds: 2), at: UTCTime(milliseconds: 1))
        return try await finish(report, mail: nil) ? .done(report) : .alreadyDone
    }
}
