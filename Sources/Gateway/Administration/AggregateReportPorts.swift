package import AggregateReports
package import Delivery
package import DomainsAndUsers
package import Mail

/// Aggregate reports as administrators see and send them.
package struct AggregateReportPorts: Sendable {
    package var store: any AggregateReportStore
    package var sender: any AggregateReportSender

    package init(store: any AggregateReportStore = NoAggregateReports(), sender: any AggregateReportSender = NoAggregateReports()) {
        self.store = store
        self.sender = sender
    }
}

/// Stands where there are no reports: nothing is known, and nothing can be sent.
package struct NoAggregateReports: AggregateReportStore, AggregateReportSender {
    package init() {}

    private static let absent = DirectoryError.unavailable(cause: "there are no aggregate reports here")

    package func store(_ rows: [ObservedRow]) async throws(DirectoryError) { throw Self.absent }
    package func pendingReports(before day: ReportDay?, limit: Int) async throws(DirectoryError) -> [PendingReport] { [] }
    package func observations(of domain: DomainName, on day: ReportDay, limit: Int) async throws(DirectoryError) -> [ObservedRow] { [] }
    package func finish(_ report: AggregateReport, mail: QueueSubmission?) async throws(DirectoryError) -> Bool { throw Self.absent }
    package func aggregateReports(
        domain: String, after cursor: AggregateReportCursor?, limit: Int
    ) async throws(DirectoryError) -> [AggregateReport] { [] }
    package func aggregateReport(of domain: DomainName, on day: ReportDay) async throws(DirectoryError) -> AggregateReport? { nil }
    package func removeReports(before day: ReportDay) async throws(DirectoryError) -> Bool { false }
    package func send(_ domain: DomainName, _ day: ReportDay) async throws(DirectoryError) -> ReportSending { throw Self.absent }
}
