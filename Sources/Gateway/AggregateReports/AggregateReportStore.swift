package import Delivery
package import DomainsAndUsers
package import Mail
package import Settings

/// What became of the report about one domain and one day.
package struct AggregateReport: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// In the queue, once; what became of it there stands in the message log.
        case sent
        /// Nobody could be sent it.
        case skipped
    }

    package let identifier: RecordIdentifier
    package let domain: DomainName
    package let day: ReportDay
    package let state: State
    /// Why it was skipped, or who was left out; empty else.
    package let reason: String
    /// Who got it.
    package let recipients: [String]
    /// Mails it tells of.
    package let messages: Int
    package let rows: Int
    /// Of the compressed report.
    package let sizeBytes: Int
    /// The mail that carries it.
    package let message: RecordIdentifier?
    package let at: UTCTime

    package init(
        identifier: RecordIdentifier, domain: DomainName, day: ReportDay, state: State, reason: String, recipients: [String],
        messages: Int, rows: Int, sizeBytes: Int, message: RecordIdentifier?, at: UTCTime
    ) {
        self.identifier = identifier
        self.domain = domain
        self.day = day
        self.state = state
        self.reason = reason
        self.recipients = recipients
        self.messages = messages
        self.rows = rows
        self.sizeBytes = sizeBytes
        self.message = message
        self.at = at
    }

    /// Of `reason`.
    package static let maximumReasonBytes = 1_000
}

/// A report that is still to be made.
package struct PendingReport: Sendable, Hashable {
    package let domain: DomainName
    package let day: ReportDay
    package let messages: Int
    package let rows: Int

    package init(domain: DomainName, day: ReportDay, messages: Int, rows: Int) {
        self.domain = domain
        self.day = day
        self.messages = messages
        self.rows = rows
    }
}

/// A position in the list of reports, newest first.
package struct AggregateReportCursor: Sendable, Hashable, Codable {
    package let at: UTCTime
    package let identifier: RecordIdentifier

    package init(at: UTCTime, identifier: RecordIdentifier) {
        self.at = at
        self.identifier = identifier
    }

    package init(_ report: AggregateReport) { self.init(at: report.at, identifier: report.identifier) }
}

/// Where observations and reports are kept. Implemented by GatewayDatabase.
package protocol AggregateReportStore: Sendable {
    /// Each row takes the place of its own earlier figure.
    func store(_ rows: [ObservedRow]) async throws(DirectoryError)
    /// Days with observations and without a report, oldest first; of days before `day` only, if one is given.
    func pendingReports(before day: ReportDay?, limit: Int) async throws(DirectoryError) -> [PendingReport]
    /// What all nodes have seen.
    func observations(of domain: DomainName, on day: ReportDay, limit: Int) async throws(DirectoryError) -> [ObservedRow]
    /// Writes what became of a report and, in the same transaction, its mail into the queue. Only the primary may.
    /// - Returns: false, and nothing is written, when there is one of this domain and day already.
    /// - Throws: `.unavailable` also when this node is not the primary any more.
    func finish(_ report: AggregateReport, mail: QueueSubmission?) async throws(DirectoryError) -> Bool
    /// Newest first.
    func aggregateReports(
        domain: String, after cursor: AggregateReportCursor?, limit: Int
    ) async throws(DirectoryError) -> [AggregateReport]
    func aggregateReport(of domain: DomainName, on day: ReportDay) async throws(DirectoryError) -> AggregateReport?
    /// Observations and reports of days before `day`, some of them; only the primary may.
    /// - Returns: whether there may be more.
    func removeReports(before day: ReportDay) async throws(DirectoryError) -> Bool
}
