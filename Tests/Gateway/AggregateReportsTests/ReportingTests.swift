import DNS
import Delivery
import DomainsAndUsers
import Foundation
import GatewayTestKit
import Logging
import Mail
import MessageLog
import MetricsTestKit
import NIOCore
import SenderAuthentication
import Settings
import SharedFolders
import Synchronization
import Testing

@testable import AggregateReports

/// Reports are made of what was seen and sent to who may have them, once.
@Suite struct ReportingTests {
    private let store = InMemoryAggregateReports()
    private let folder: MessageDataFolder
    private let suffixes: PublicSuffixList
    private let day = ReportDay(ObservationTests.noon)

    init() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("reports-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        folder = MessageDataFolder(path: root.path, budget: MemoryBudget(limit: 1 << 24))
        suffixes = try PublicSuffixList(parsing: Array("net\norg\nexample\n".utf8), fewestRules: 1)
    }

    private func see(_ policy: String, count: Int = 3, source: String = "192.0.2.1") throws {
        var row = try ObservationTests.observation(source).row
        row.count = count
        let observed = ObservedRow(
            identifier: RecordIdentifier(milliseconds: ObservationTests.noon.milliseconds), day: day, domain: try DomainName("example.net"),
            policy: policy, row: row)
        store.state.withLock { $0.observations.append(observed) }
    }

    private func reporting(_ resolver: any DNSResolver = StaticDNSResolver(), isEnabled: Bool = true) throws -> AggregateReporting {
        var settings = GatewaySettings()
        settings.dmarcReports.isEnabled = isEnabled
        settings.dmarcReports.sender = .address(try EmailAddress("reports@gw.example"))
        settings.dmarcReports.organization = "Example, Inc."
        let key = DomainSigningKey(
            identifier: RecordIdentifier(milliseconds: 1), selector: "s", key: try DKIMSigningKey(generating: .ed25519), isActive: true,
            createdAt: ObservationTests.noon)
        let domain = ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName("gw.example"), mailServers: [], signingKeys: [key])
        return AggregateReporting(
            AggregateReporting.Parts(
                store: store, folder: folder, domains: CurrentDomains(DomainDirectory(revision: .none, domains: [domain])),
                settings: CurrentSettings(SettingsSnapshot(revision: SettingsRevision(1), settings: settings)), resolver: resolver,
                suffixes: suffixes, node: NodeID(RecordIdentifier(milliseconds: 1)), isPrimary: { true }, wake: {}),
            metrics: TestMetrics(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private var nextMorning: UTCTime { UTCTime(milliseconds: Int64(day.end) * 1_000).advanced(by: .seconds(3_600)) }

    @Test func `what agrees is added up, and the mail is signed and carries the report`() async throws {
        try see(ObservationTests.policy, count: 3)
        try see(ObservationTests.policy, count: 4)
        try see(ObservationTests.policy, count: 1, source: "2001:db8::1")
        try await reporting().work(at: nextMorning)
        let report = try #require(store.state.withLock { $0.reports.first })
        #expect(report.state == .sent && report.messages == 8 && report.rows == 2 && report.recipients == ["r@example.net"])
        let mail = try #require(store.state.withLock { $0.mails.first })
        #expect(mail.message.reversePath.description == "reports@gw.example")
        #expect(String(decoding: mail.message.prependedHeader, as: UTF8.self).hasPrefix("DKIM-Signature:"))
        #expect(mail.log.subject == "Report Domain: example.net Submitter: gw.example Report-ID: <example.net.\(day.begin)@gw.example>")
    }

    @Test func `a report is sent once, and none before its day is over`() async throws {
        try see(ObservationTests.policy)
        let reporting = try reporting()
        await reporting.work(at: ObservationTests.noon)
        await reporting.work(at: UTCTime(milliseconds: Int64(day.end) * 1_000 + 60_000))
        #expect(store.state.withLock { $0.reports.isEmpty })
        await reporting.work(at: nextMorning)
        await reporting.work(at: nextMorning)
        #expect(store.state.withLock { $0.mails.count } == 1)
        #expect(try await reporting.send(try DomainName("example.net"), day) == .alreadyDone)
        #expect(try await reporting.send(try DomainName("unseen.example"), day) == .nothingSeen)
    }

    @Test func `strangers get reports only when they say so`() async throws {
        let policy = "v=DMARC1; p=none; rua=mailto:a@collector.org, mailto:b@victim.org,mailto:c@example.net!10"
        try see(policy)
        var resolver = StaticDNSResolver()
        try resolver.add(.text("v=DMARC1"), at: "example.net._report._dmarc.collector.org")
        try await reporting(resolver).work(at: nextMorning)
        let report = try #require(store.state.withLock { $0.reports.first })
        #expect(report.recipients == ["a@collector.org"])
        #expect(report.reason.contains("b@victim.org does not say") && report.reason.contains("no more than 10 bytes"))
    }

    @Test func `who may name another mailbox of his own, and nobody else's`() async throws {
        let targets = try #require(DMARCRecord("v=DMARC1; p=none; rua=mailto:a@collector.org,mailto:x@second.org")).reportTargets
        var resolver = StaticDNSResolver()
        try resolver.add(.text("v=DMARC1; rua=mailto:big@collector.org"), at: "example.net._report._dmarc.collector.org")
        try resolver.add(.text("v=DMARC1; rua=mailto:victim@else.example"), at: "example.net._report._dmarc.second.org")
        let chosen = await ReportTargets(resolver, suffixes: suffixes).choose(
            targets, policyDomain: try DomainName("example.net"), sizeBytes: 100)
        #expect(chosen.recipients.map(\.description) == ["big@collector.org", "x@second.org"])
    }

    @Test func `who cannot be asked about is waited for, a day at most`() async throws {
        try see("v=DMARC1; p=none; rua=mailto:a@collector.org")
        var resolver = StaticDNSResolver()
        try resolver.fail("example.net._report._dmarc.collector.org", .text, with: .transient(.timedOut))
        try await reporting(resolver).work(at: nextMorning)
        #expect(store.state.withLock { $0.reports.isEmpty })
        try await reporting(resolver).work(at: nextMorning.advanced(by: .seconds(86_400)))
        #expect(store.state.withLock { $0.reports.map(\.state) } == [.skipped])
    }

    @Test func `nothing is sent while it is off, and what is old leaves all the same`() async throws {
        try see(ObservationTests.policy)
        let off = try reporting(isEnabled: false)
        await off.work(at: nextMorning)
        #expect(store.state.withLock { $0.reports.isEmpty && $0.observations.count == 1 })
        await off.work(at: nextMorning.advanced(by: .seconds(86_400 * 15)))
        #expect(store.state.withLock { $0.observations.isEmpty })
    }
}
