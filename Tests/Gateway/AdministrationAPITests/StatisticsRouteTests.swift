import Foundation
import GatewayTestKit
import Hummingbird
import Testing

@testable import AdministrationAPI

/// Rolled-up figures.
struct StatisticsRouteTests {
    @Test func `figures have their period, direction and result`() async throws {
        let answer = try await InMemoryGateway.filled().request(
            .get, "/statistics/mail?period=day&from=2026-11-23T10:15:00Z&until=1795782896000")
        #expect(answer.status == 200)
        let items = try answer.decoded(PageDocument<MailFigureDocument>.self).items
        #expect(items.count == 3 && items.allSatisfy { $0.start == "2026-11-23T00:00:00.000Z" && $0.messages == 1 })
        #expect(items.map(\.result) == ["accepted", "accepted", "refused"])
    }

    @Test func `figures are selected by direction`() async throws {
        let answer = try await InMemoryGateway.filled().request(.get, "/statistics/mail?direction=outbound")
        #expect(try answer.decoded(PageDocument<MailFigureDocument>.self).items.map(\.direction) == ["outbound"])
    }

    @Test(arguments: [
        ("/statistics/mail?period=year", 400), ("/statistics/mail?by=day", 400), ("/statistics/mail?from=1&until=0", 422),
        ("/statistics/mail?from=0", 422), ("/statistics/senders?limit=101", 400), ("/statistics/senders?from=0", 422),
        ("/statistics/recipients?from=9&until=8", 422),
    ]) func `a wrong question is refused`(path: String, status: Int) async throws {
        #expect(try await InMemoryGateway.filled().request(.get, path).status == status)
    }

    @Test func `the most frequent come first, as many as asked for`() async throws {
        let gateway = try InMemoryGateway.filled()
        let recipients = try await gateway.request(.get, "/statistics/recipients?limit=1").decoded(PageDocument<CorrespondentDocument>.self)
        #expect(recipients.items.map(\.address) == ["a@example.com"] && recipients.items.map(\.messages) == [3])
        let senders = try await gateway.request(.get, "/statistics/senders").decoded(PageDocument<CorrespondentDocument>.self)
        #expect(senders.items.count == 3)
    }

    @Test func `without a database there are no figures`() async throws {
        let gateway = try InMemoryGateway.filled()
        gateway.change { $0.isUnavailable = true }
        for path in ["/statistics/mail", "/statistics/senders"] { #expect(try await gateway.request(.get, path).status == 503) }
    }
}
