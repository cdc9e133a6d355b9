import DNS
import Delivery
import DomainsAndUsers
import Filtering
import Foundation
import GatewayTestKit
import Logging
import Mail
import MessageLog
import MetricsTestKit
import NIOCore
import Reception
import SMTP
import SenderAuthentication
import Settings
import SharedFolders
import Testing

@testable import MailFlow

/// Mail from outside is sealed as it is delivered.
@Suite struct InboundSealingTests {
    private let folder: MessageDataFolder
    private let key: DomainSigningKey
    private let metrics = TestMetrics()

    init() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("sealing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        folder = MessageDataFolder(path: root.path, budget: MemoryBudget(limit: 1 << 24))
        key = DomainSigningKey(
            identifier: RecordIdentifier(milliseconds: 1), selector: "seal", key: try DKIMSigningKey(generating: .ed25519), isActive: true,
            createdAt: UTCTime(milliseconds: 1))
    }

    private static let text = "From: a@example.net\r\nSubject: x\r\nX-SecurityGateway-Verdict: forged\r\n\r\nhello\r\n"

    private func sealing(budget: Int = 1 << 20) throws -> InboundSealing {
        let domain = ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName("example.com"), mailServers: [], signingKeys: [key])
        let keyless = ProtectedDomain(identifier: RecordIdentifier(milliseconds: 2), name: try DomainName("other.example"), mailServers: [])
        return InboundSealing(
            domains: CurrentDomains(DomainDirectory(revision: .none, domains: [domain, keyless])), budget: MemoryBudget(limit: budget),
            metrics: SealingMetrics(factory: metrics), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func received(to recipient: String, _ change: (inout GatewaySettings) -> Void) throws -> ReceivedMessage {
        var settings = GatewaySettings()
        change(&settings)
        var transaction = MailTransaction(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), startedAt: .now(), reversePath: .null,
            parameters: MailParameters())
        transaction.recipients = [TransactionRecipient(address: try EmailAddress(recipient), parameters: RecipientParameters())]
        let connection = ClientConnection(
            address: try #require(NetworkAddress("192.0.2.9")), port: 40_000, listener: .smtp,
            settings: SettingsSnapshot(revision: SettingsRevision(1), settings: settings))
        let content = folder.makeWriter(transaction.identifier)
        _ = content.append(ByteBuffer(string: Self.text), drained: { _ in })
        return ReceivedMessage(
            transaction: transaction, connection: connection, content: content, sizeBytes: Self.text.utf8.count,
            header: ByteBuffer(), hasEightBitData: false, receivedFieldCount: 0)
    }

    private func judged(_ chain: ARCOutcome) -> FlowFilter.Outcome {
        let verdict = VerdictPolicy(settings: FilteringSettings()).verdict([])
        return FlowFilter.Outcome(
            verdict: verdict, judgement: VerdictPolicy(settings: FilteringSettings()).judgement([], verdict), owners: QuarantineSettings(),
            authentication: nil, sealing: (AuthenticationResults(server: "mx.example.com", methods: []), chain), marks: [])
    }

    private func queued(_ received: ReceivedMessage, header: String) -> QueuedMessage {
        QueuedMessage(
            identifier: received.transaction.identifier, reversePath: .null, receivedAt: .now(), direction: .inbound,
            prependedHeader: Array(header.utf8), sizeBytes: received.sizeBytes, body: .sevenBit, isInternational: false,
            returnContent: nil, envelopeIdentifier: nil)
    }

    private func fields(
        to recipient: String, budget: Int = 1 << 20, header: String = "X-SecurityGateway-Subject-Tag: [SPAM]\r\n",
        _ change: (inout GatewaySettings) -> Void
    ) async throws -> [UInt8]? {
        let none = await ARCVerifier(StaticDNSResolver()).verify(AuthenticatedMessage(Array(Self.text.utf8)))
        let received = try received(to: recipient, change)
        let outcome = try await sealing(budget: budget).seal(
            queued(received, header: header), of: received, judged(none), limit: .seconds(30))
        switch outcome {
        case .sealed(let fields): return fields
        case .postponed: return nil
        }
    }

    private static func wanted(_ settings: inout GatewaySettings) {
        for name in ["example.com", "other.example"] {
            settings.domains[name] = DomainSettings()
            settings.domains[name]?.sealsInboundMail = true
        }
    }

    @Test func `the seal covers the message with the tag in its subject`() async throws {
        var resolver = StaticDNSResolver()
        try resolver.add(.text(key.key.publicRecord.text), at: "seal._domainkey.example.com")
        let header = "X-SecurityGateway-Subject-Tag: [SPAM]\r\n"
        let fields = try #require(try await fields(to: "you@example.com", header: header, Self.wanted))
        let behind = Self.text.replacing("Subject: x", with: "Subject: [SPAM] x").replacing(
            "X-SecurityGateway-", with: "X-Untrusted-Field-")
        let outcome = await ARCVerifier(resolver).verify(AuthenticatedMessage(fields + Array((header + behind).utf8)))
        #expect(outcome.result == .pass, "\(outcome.fault?.description ?? "")")
        let untagged = await ARCVerifier(resolver).verify(AuthenticatedMessage(fields + Array((header + Self.text).utf8)))
        #expect(untagged.result == .fail)
    }

    @Test func `a domain that does not want it, or has no key, gets no seal`() async throws {
        #expect(try await fields(to: "you@example.com") { _ in } == [])
        #expect(try await fields(to: "you@other.example", Self.wanted) == [])
        let common = try await fields(to: "you@other.example") {
            Self.wanted(&$0)
            $0.senderAuthentication.sealingDomain = "example.com"
        }
        #expect(common?.isEmpty == false)
    }

    @Test func `a header that would not find room is sent without a seal`() async throws {
        let header = "X-Long: \(String(repeating: "x", count: QueuedMessage.maximumPrependedBytes - 100))\r\n"
        #expect(try await fields(to: "you@example.com", header: header, Self.wanted) == [])
    }

    @Test func `without memory the client is asked to come again`() async throws {
        #expect(try await fields(to: "you@example.com", budget: 10, Self.wanted) == nil)
    }
}
