import AggregateReports
import Cluster
import Delivery
import DomainsAndUsers
import Firebird
import FirebirdTestKit
import Mail
import MessageLog
import SenderAuthentication
import Settings
import Testing

@testable import GatewayDatabase

/// What was seen of domains that want reports, and the reports.
@Suite struct AggregateReportTableTests {
    private static let day = ReportDay(number: 20_000)

    private static func observed(_ number: Int, count: Int, day: ReportDay = day) throws -> ObservedRow {
        ObservedRow(
            identifier: RecordIdentifier(high: 5, low: UInt64(number)), day: day, domain: try DomainName("example.net"),
            policy: "v=DMARC1; p=none; rua=mailto:r@example.net",
            row: DMARCReport.Row(
                source: "192.0.2.\(number)", count: count, disposition: .none, isDKIMAligned: true, isSPFAligned: false,
                headerFrom: "example.net", envelopeFrom: "", spfDomain: "例.example", spfScope: "helo", spfResult: .none, signatures: []))
    }

    private static func report(_ number: UInt64, message: RecordIdentifier?) throws -> AggregateReport {
        AggregateReport(
            identifier: RecordIdentifier(high: 6, low: number), domain: try DomainName("example.net"), day: day,
            state: message == nil ? .skipped : .sent, reason: "", recipients: ["r@example.net", "s@example.net"], messages: 9, rows: 2,
            sizeBytes: 300, message: message, at: UTCTime(milliseconds: Int64(number)))
    }

    private static func mail(_ test: TestDatabase, _ message: RecordIdentifier) throws -> QueueSubmission {
        let now = UTCTime.now()
        let sender = try EmailAddress("reports@gw.example")
        let queued = QueuedMessage(
            identifier: message, reversePath: .address(sender), receivedAt: now, direction: .outbound, prependedHeader: [], sizeBytes: 10,
            body: .sevenBit, isInternational: false, returnContent: nil, envelopeIdentifier: nil)
        let log = MessageLogEntry(
            message: message, receivedAt: now, node: test.node, direction: .outbound, result: .accepted, reason: "DMARC report",
            client: .gateway, reversePath: sender.description,
            header: MessageLogHeader(subject: "Report", from: sender.description, messageID: ""), sizeBytes: 10)
        let recipient = QueuedRecipient(
            ordinal: 0, address: try EmailAddress("r@example.net"), notify: nil, originalRecipient: nil)
        return QueueSubmission(message: queued, recipients: [recipient], log: log, refused: [], isHeld: false)
    }

    @Test func `figures take the place of earlier ones, and nodes' rows are read together`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.aggregateReports
            try await table.store([try Self.observed(1, count: 2), try Self.observed(2, count: 1)])
            try await table.store([try Self.observed(1, count: 7)])
            try await table.store([try Self.observed(3, count: 1, day: Self.day.advanced(by: 1))])
            let domain = try DomainName("example.net")
            let rows = try await table.observations(of: domain, on: Self.day, limit: 10)
            #expect(rows == [try Self.observed(1, count: 7), try Self.observed(2, count: 1)])
            #expect(
                try await table.pendingReports(before: Self.day.advanced(by: 1), limit: 10)
                    == [PendingReport(domain: domain, day: Self.day, messages: 8, rows: 2)])
            #expect(try await table.pendingReports(before: nil, limit: 10).count == 2)
        }
    }

    @Test func `a report and its mail are written together, once, by the primary alone`() async throws {
        try await TestDatabase.with { test in
            let duty = PrimaryDuty()
            let table = AggregateReportTable(sessions: test.database.sessions, fence: PrimaryFence(duty: duty, node: test.node))
            try await table.store([try Self.observed(1, count: 2)])
            let message = RecordIdentifier.fresh()
            await #expect(throws: DirectoryError.self) {
                try await table.finish(try Self.report(1, message: message), mail: try Self.mail(test, message))
            }
            #expect(try await test.number("select count(*) from queue") == 0)
            let roles = test.database.primaryRole
            let own = Incarnation(node: test.node, number: 1)
            duty.confirm(try #require(try await roles.take(try await roles.primaryRecord(), by: own)), begunAt: .now)
            let first = try Self.report(1, message: message)
            #expect(try await table.finish(first, mail: try Self.mail(test, message)))
            let second = RecordIdentifier.fresh()
            #expect(try await !table.finish(try Self.report(2, message: second), mail: try Self.mail(test, second)))
            #expect(try await test.number("select count(*) from queue") == 1)
            #expect(try await test.number("select count(*) from message") == 1)
            #expect(try await table.aggregateReport(of: first.domain, on: Self.day) == first)
            #expect(try await table.aggregateReports(domain: "example.net", after: nil, limit: 5) == [first])
            #expect(try await table.aggregateReports(domain: "", after: AggregateReportCursor(first), limit: 5).isEmpty)
            #expect(try await table.pendingReports(before: nil, limit: 5).isEmpty)
            // A late primary.
            _ = try await roles.take(try await roles.primaryRecord(), by: Incarnation(node: NodeID(.fresh()), number: 1))
            duty.confirm(1, begunAt: .now)
            await #expect(throws: DirectoryError.self) { try await table.removeReports(before: Self.day.advanced(by: 1)) }
        }
    }

    @Test func `what is old is removed`() async throws {
        try await TestDatabase.with { test in
            let table = AggregateReportTable(sessions: test.database.sessions)
            try await table.store([try Self.observed(1, count: 2), try Self.observed(2, count: 2, day: Self.day.advanced(by: 1))])
            #expect(try await table.finish(try Self.report(1, message: nil), mail: nil))
            #expect(try await table.removeReports(before: Self.day.advanced(by: 1)))
            #expect(try await !table.removeReports(before: Self.day.advanced(by: 1)))
            #expect(try await test.number("select count(*) from dmarc_observation") == 1)
            #expect(try await test.number("select count(*) from aggregate_report") == 0)
        }
    }
}
