import GatewayTestKit
import Logging
import Mail
import MetricsTestKit
import SenderAuthentication
import Settings
import Synchronization
import Testing

@testable import AggregateReports

/// What is counted of domains that want reports.
@Suite struct ObservationTests {
    static let policy = "v=DMARC1; p=reject; rua=mailto:r@example.net"
    static let noon = UTCTime(milliseconds: 1_795_867_200_000)

    static func observation(_ source: String = "192.0.2.1", domain: String = "example.net") throws -> DMARCObservation {
        DMARCObservation(
            policyDomain: try DomainName(domain), record: try #require(DMARCRecord(policy)),
            row: DMARCReport.Row(
                source: source, count: 1, disposition: .reject, isDKIMAligned: false, isSPFAligned: true, overrideReason: "sampled_out",
                headerFrom: domain, envelopeFrom: "bounce.\(domain)", spfDomain: domain, spfScope: "helo", spfResult: .softFail,
                signatures: [DMARCReport.Row.Signature(domain: domain, selector: "s\"1", result: .permanentError)]))
    }

    @Test(arguments: ["1970-01-01", "2000-02-29", "2026-11-28", "2026-12-31", "2400-02-29"])
    func `a day is read as it is written`(text: String) throws {
        let day = try #require(ReportDay(text))
        #expect(day.description == text)
        #expect(ReportDay(UTCTime(milliseconds: Int64(day.end) * 1_000 + 999)) == day)
        #expect(ReportDay(UTCTime(milliseconds: Int64(day.end) * 1_000 + 1_000)) == day.advanced(by: 1))
    }

    @Test(arguments: ["", "2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-11-28 ", "2026/11/28", "-001-01-01"])
    func `what is no day is refused`(text: String) { #expect(ReportDay(text) == nil) }

    @Test func `mails that agree are one row with one identifier, whose figure grows`() throws {
        var ledger = ObservationLedger()
        for _ in 0..<3 { ledger.note(try Self.observation(), at: Self.noon) }
        ledger.note(try Self.observation("192.0.2.2"), at: Self.noon)
        let rows = ledger.takeChanged(10)
        #expect(rows.map(\.row.count).sorted() == [1, 3])
        #expect(ledger.takeChanged(10).isEmpty)
        ledger.note(try Self.observation(), at: Self.noon.advanced(by: .seconds(60)))
        let again = try #require(ledger.takeChanged(10).first)
        #expect(again.row.count == 4 && rows.contains { $0.identifier == again.identifier })
    }

    @Test func `a row is stored and read without loss`() throws {
        let row = try Self.observation().row
        var observed = row
        observed.count = 7
        let stored = ObservedRow(
            identifier: RecordIdentifier(milliseconds: 1), day: ReportDay(Self.noon), domain: try DomainName("example.net"),
            policy: Self.policy,
            row: observed)
        #expect(ObservedRow.row(data: stored.data, count: 7) == observed)
        #expect(ObservedRow.row(data: "{\"future\":1}", count: 7) == nil)
    }

    @Test func `a flood finds no more room than there is, and what is stored of past days leaves`() throws {
        var ledger = ObservationLedger(maximumRows: 10, maximumRowsOfDomain: 4)
        for number in 0..<20 { ledger.note(try Self.observation("192.0.2.\(number)"), at: Self.noon) }
        #expect(ledger.count == 4 && ledger.takeDropped() == 16)
        for number in 0..<20 { ledger.note(try Self.observation(domain: "d\(number).example"), at: Self.noon) }
        #expect(ledger.count == 10 && ledger.takeDropped() == 14 && ledger.takeDropped() == 0)
        let tomorrow = ReportDay(Self.noon).advanced(by: 1)
        ledger.forget(before: tomorrow)
        #expect(ledger.count == 10, "nothing is stored yet")
        let rows = ledger.takeChanged(100)
        ledger.putBack(Array(rows.prefix(1)))
        ledger.forget(before: tomorrow)
        #expect(ledger.count == 1)
        ledger.giveUp(before: tomorrow)
        #expect(ledger.count == 0 && ledger.takeDropped() == 1)
    }

    @Test func `what the database did not take is told to it again`() async throws {
        let store = InMemoryAggregateReports()
        let observing = ReportObserving()
        let exchange = ObservationExchange(
            observing: observing, store: store, metrics: TestMetrics(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        observing.note([try Self.observation(), try Self.observation()])
        store.state.withLock { $0.isUnavailable = true }
        #expect(await !exchange.flush())
        store.state.withLock { $0.isUnavailable = false }
        #expect(await exchange.flush())
        #expect(store.state.withLock { $0.observations.map(\.row.count) } == [2])
    }
}
