import AggregateReports
import GatewayTestKit
import HTTPTypes
import Mail
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

struct AggregateReportRouteTests {
    private func observed(_ gateway: InMemoryGateway, on day: ReportDay) throws {
        let row = try #require(
            ObservedRow.row(
                data: #"""
                    {"disposition":"reject","dkim":false,"envelopeFrom":"","headerFrom":"example.net","signatures":[],
                    "source":"192.0.2.1","spf":true,"spfDomain":"example.net","spfResult":"pass","spfScope":"mfrom"}
                    """#, count: 3))
        let observed = ObservedRow(
            identifier: RecordIdentifier(high: 1, low: 1), day: day, domain: try DomainName("example.net"),
            policy: "v=DMARC1; p=reject; rua=mailto:r@example.net", row: row)
        gateway.aggregateReports.state.withLock { $0.observations.append(observed) }
    }

    @Test func `what waits is listed and shown as it would be sent`() async throws {
        let gateway = InMemoryGateway()
        try observed(gateway, on: try #require(ReportDay("2026-11-27")))
        let pending = try await gateway.request(.get, "/dmarc-reports/pending")
        #expect(pending.status == 200 && pending.text.contains("\"messages\":3"), "\(pending.text)")
        let shown = try await gateway.request(.get, "/dmarc-reports/example.net/2026-11-27")
        #expect(shown.status == 200 && shown.text.contains("<source_ip>192.0.2.1") && shown.text.contains("r@example.net"), "\(shown.text)")
        #expect(try await gateway.request(.get, "/dmarc-reports/example.net/2026-11-26").status == 404)
        #expect(try await gateway.request(.get, "/dmarc-reports/example.net/yesterday").status == 422)
        #expect(try await gateway.request(.get, "/dmarc-reports?domain=example.net").text.contains("\"items\":[]"))
    }

    @Test func `a day that is not over, and reports without a sender, are not sent`() async throws {
        let gateway = InMemoryGateway()
        let today = ReportDay(.now())
        try observed(gateway, on: today)
        #expect(try await gateway.request(.post, "/dmarc-reports/example.net/\(today)/send", "{}").status == 422)
        #expect(try await gateway.request(.post, "/dmarc-reports/example.net/2020-01-01/send", "{}").status == 422)
        #expect(gateway.aggregateReports.state.withLock { $0.reports.isEmpty })
    }
}
