import AggregateReports
import GatewayTestKit
import Hummingbird
import Mail
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The pages of DMARC reports.
struct AggregateReportPagesTests {
    private static let hostile = "<script>alert(1)</script>"

    private func report(_ number: Int) throws -> AggregateReport {
        AggregateReport(
            identifier: RecordIdentifier(high: UInt64(number), low: 1), domain: try DomainName("d\(number).example"),
            day: ReportDay(number: 20_000), state: number == 3 ? .skipped : .sent, reason: number == 3 ? Self.hostile : "",
            recipients: ["r@d\(number).example"], messages: number, rows: 1, sizeBytes: 10, message: RecordIdentifier(high: 9, low: 9),
            at: UTCTime(milliseconds: 1_800_000_000_000 + Int64(number)))
    }

    @Test func `what was sent is listed and paged, and what others wrote is only text`() async throws {
        let gateway = try SampleGateway.make()
        let reports = try (0..<60).map(report)
        gateway.aggregateReports.state.withLock { $0.reports = reports }
        try await withSignedIn(gateway) { browser in
            let first = try await browser.get("/dmarc-reports").text
            #expect(first.contains("d59.example") && !first.contains("d5.example"))
            let last = reports[10]
            let second = try await browser.get("/dmarc-reports?after=\(last.identifier).\(last.at.milliseconds)").text
            #expect(second.contains("d3.example") && !second.contains("<script>alert") && second.contains("&lt;script&gt;"))
        }
    }

    @Test func `a report is shown before it is sent`() async throws {
        let gateway = try SampleGateway.make()
        let day = try #require(ReportDay("2026-11-20"))
        let row = try #require(
            ObservedRow.row(
                data: #"""
                    {"disposition":"none","dkim":true,"envelopeFrom":"","headerFrom":"<b>.example","signatures":[],
                    "source":"192.0.2.1","spf":true,"spfDomain":"example.net","spfResult":"pass","spfScope":"mfrom"}
                    """#, count: 3))
        let observed = ObservedRow(
            identifier: RecordIdentifier(high: 1, low: 1), day: day, domain: try DomainName("example.net"),
            policy: "v=DMARC1; p=reject; rua=mailto:r@example.net", row: row)
        gateway.aggregateReports.state.withLock { $0.observations = [observed] }
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get("/dmarc-reports").text.contains("/dmarc-reports/example.net/2026-11-20"))
            let page = try await browser.get("/dmarc-reports/example.net/2026-11-20").text
            #expect(page.contains("192.0.2.1") && page.contains("r@example.net") && !page.contains("<b>.example"))
            // There is no sender in the settings of this gateway.
            let refused = try await browser.post("/dmarc-reports/example.net/2026-11-20/send", [])
            #expect(refused.status == .unprocessableContent)
            #expect(try await browser.get("/dmarc-reports/example.net/2026-11-21").status == .notFound)
        }
    }
}
