import DNS
import Delivery
import DomainsAndUsers
import Filtering
import Foundation
import GatewayTestKit
import Logging
import Mail
import MailFlow
import MessageLog
import MetricsTestKit
import NIOCore
import Quarantine
import Reception
import SMTP
import Settings
import SharedFolders
import Synchronization
import Testing

/// What the verdict means for the dialog, the queue, the quarantine and the log.
@Suite struct FilteringFlowTests {
    private let ports = RecordingPorts()
    private let folder: MessageDataFolder
    private let metrics = TestMetrics()

    init() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("filtering-flow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        folder = MessageDataFolder(path: root.path, budget: MemoryBudget(limit: 1 << 24))
    }

    private func flow(_ entries: [AccessListEntry] = [], budget: MemoryBudget? = nil) throws -> InboundMailFlow {
        let protected = try ["example.com", "other.example"].enumerated().map { index, name in
            ProtectedDomain(identifier: RecordIdentifier(milliseconds: Int64(index + 1)), name: try DomainName(name), mailServers: [])
        }
        let domains = CurrentDomains(DomainDirectory(revision: .none, domains: protected))
        let environment = CheckEnvironment(
            resolver: StaticDNSResolver(), accessLists: CurrentAccessLists(AccessLists(revision: .none, entries: entries)), domains: domains
        )
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return InboundMailFlow(
            queue: ports, domains: domains, recipients: ports,
            authentication: UserAuthentication(users: StoredUsers(store: InMemoryUserStore()), domains: domains, logger: logger),
            refusals: ports, folder: folder,
            identity: NodeIdentity(node: NodeID(RecordIdentifier(milliseconds: 1)), heloName: { "mx1.example.com" }), logger: logger
        ).filtering(with: FilterPipeline(environment), quarantine: ports, budget: budget, metrics: metrics)
    }

    private func connection(from address: String = "127.0.0.1", _ change: (inout GatewaySettings) -> Void = { _ in }) throws
        -> ClientConnection
    {
        var settings = GatewaySettings()
        settings.relay.trustedNetworks = [try #require(NetworkRange("198.51.100.0/24"))]
        change(&settings)
        var connection = ClientConnection(
            address: try #require(NetworkAddress(address)), port: 40_000, listener: .smtp,
            settings: SettingsSnapshot(revision: SettingsRevision(1), settings: settings))
        connection.heloName = "client.example.net"
        return connection
    }

    private func entry(_ list: AccessListEntry.List, _ kind: AccessListEntry.Kind, _ value: String, domain: String? = nil) throws
        -> AccessListEntry
    {
        AccessListEntry(
            identifier: RecordIdentifier(milliseconds: 1), list: list, kind: kind, value: value,
            domain: try domain.map { try DomainName($0) })
    }

    private static let dangerous = "Subject: x\r\nContent-Type: application/octet-stream; name=a.exe\r\n\r\nMZ\r\n"
    private static let sender = "someone@example.net"

    /// One message as Reception would hand it over, step by step; the answer that ended it.
    private func send(
        _ text: String, _ connection: ClientConnection, _ flow: InboundMailFlow, to addresses: [String] = ["you@example.com"]
    ) async throws -> ReceptionDecision {
        let connected = await flow.connected(connection)
        guard case .accept = connected else { return connected }
        let path = ReversePath.address(try EmailAddress(Self.sender))
        let mail = await flow.sender(path, MailParameters(), connection)
        guard case .accept = mail else { return mail }
        var transaction = MailTransaction(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), startedAt: .now(), reversePath: path,
            parameters: MailParameters())
        for address in addresses {
            let recipient = TransactionRecipient(address: try EmailAddress(address), parameters: RecipientParameters())
            let answer = await flow.recipient(recipient, transaction, connection)
            guard case .refuse(let reply) = answer else {
                transaction.recipients.append(recipient)
                continue
            }
            transaction.refused.append((recipient, reply))
            if address == addresses.last, transaction.recipients.isEmpty {
                flow.transactionEnded(transaction, connection, reason: reply.description)
                return answer
            }
        }
        let content = folder.makeWriter(transaction.identifier)
        _ = content.append(ByteBuffer(string: text), drained: { _ in })
        let header = (text.components(separatedBy: "\r\n\r\n").first ?? "") + "\r\n"
        return await flow.messageReceived(
            ReceivedMessage(
                transaction: transaction, connection: connection, content: content, sizeBytes: text.utf8.count,
                header: ByteBuffer(string: header), hasEightBitData: false, receivedFieldCount: 0))
    }

    private func code(_ decision: ReceptionDecision) -> Int {
        switch decision {
        case .accept, .acceptAlias: 250
        case .refuse(let reply), .disconnect(let reply): reply.code
        }
    }

    @Test func `a dangerous message is answered 250 and kept, with its content, its reasons and no queue row`() async throws {
        #expect(code(try await send(Self.dangerous, try connection(), try flow())) == 250)
        #expect(ports.queued.isEmpty)
        let kept = try #require(ports.quarantined.first)
        #expect(kept.kind == .administrator && kept.reason.english.contains("a.exe"))
        #expect(kept.submission.log.result == .quarantined && kept.submission.log.judgement?.verdict == .quarantine)
        let reader = try await folder.open(
            StoredMessage(identifier: kept.submission.message.identifier), expectedBytes: Self.dangerous.utf8.count, deadline: .seconds(10))
        #expect(String(buffer: try await reader.read(at: 0, deadline: .seconds(10))) == Self.dangerous)
    }

    @Test func `without a durable quarantine row there is no 250`() async throws {
        ports.failure.withLock { $0 = .unavailable(cause: "test") }
        #expect(code(try await send(Self.dangerous, try connection(), try flow())) == 451)
        #expect(ports.logged.map(\.result) == [.postponed])
    }

    @Test func `record only delivers everything and writes down what would be done`() async throws {
        #expect(code(try await send(Self.dangerous, try connection { $0.filtering.mode = .record }, try flow())) == 250)
        #expect(ports.queued.first?.log.judgement?.verdict == .quarantine)
        #expect(ports.queued.first?.log.judgement?.isRecordedOnly == true)
    }

    @Test(arguments: [FilteringSettings.Mode.record, .enforce])
    func `a judged message is counted by its verdict, enforced or not`(mode: FilteringSettings.Mode) async throws {
        _ = try await send(Self.dangerous, try connection { $0.filtering.mode = mode }, try flow())
        _ = try await send("Subject: x\r\n\r\nx\r\n", try connection { $0.filtering.mode = mode }, try flow())
        #expect(judged("quarantine") == 1 && judged("accept") == 1 && judged("reject") == 0)
    }

    @Test func `a refused connection and a refused recipient are counted by their step, and no message is`() async throws {
        _ = try await send(Self.dangerous, try connection(), try flow([try entry(.block, .network, "127.0.0.0/8")]))
        _ = try await send(
            Self.dangerous, try connection(), try flow([try entry(.block, .sender, Self.sender, domain: "example.com")]))
        #expect(refused("connection") == 1 && refused("sender") == 0 && refused("recipient") == 1)
        #expect(metrics.counterTotal(label: "securitygateway_filtering_messages_total") == 0)
    }

    private func exception(_ rule: DomainSettings.ScoringRule, quarantine: Int = 50, reject: Int = 120) -> DomainSettings {
        var settings = DomainSettings()
        settings.scoring = rule
        settings.quarantineScore = FilterScore(tenths: quarantine)
        settings.rejectScore = FilterScore(tenths: reject)
        return settings
    }

    private static let both = ["you@example.com", "you@other.example", "two@other.example"]

    /// A message of six points.
    private func suspicious(_ domain: DomainSettings) throws -> ClientConnection {
        try connection {
            $0.attachments.largeMessageBytes = 1
            $0.attachments.largeMessageScore = FilterScore(tenths: 60)
            $0.domains = ["other.example": domain]
        }
    }

    @Test func `a domain that is left out has its copies, the other's is kept back`() async throws {
        #expect(code(try await send("Subject: x\r\n\r\nx\r\n", try suspicious(exception(.unscored)), try flow(), to: Self.both)) == 250)
        let kept = try #require(ports.quarantined.first)
        #expect(kept.kept.map(\.address.description) == ["you@example.com"] && kept.kind == .user)
        #expect(kept.queued.map(\.address.description) == ["you@other.example", "two@other.example"])
        #expect(kept.submission.log.result == .quarantined && ports.queued.isEmpty)
        let finding = kept.submission.log.judgement?.findings.last
        #expect(finding?.check == "domain-exceptions" && finding?.text.english == "example.com: quarantine; other.example: accept.")
    }

    @Test func `what one domain refuses alone is kept for administrators, what all refuse is refused`() async throws {
        let strict = try suspicious(exception(.own, quarantine: 10, reject: 30))
        #expect(code(try await send("Subject: x\r\n\r\nx\r\n", strict, try flow(), to: Self.both)) == 250)
        let kept = try #require(ports.quarantined.first)
        #expect(kept.keptOrdinals == nil && kept.kind == .administrator)
        #expect(code(try await send("Subject: x\r\n\r\nx\r\n", strict, try flow(), to: ["you@other.example"])) == 550)
        #expect(ports.quarantined.count == 1)
    }

    @Test func `a block that a recording domain does not heed waits for the recipients`() async throws {
        let connection = try suspicious(exception(.record))
        let flow = try flow([try entry(.block, .network, "127.0.0.0/8")])
        #expect(code(try await send("Subject: x\r\n\r\nx\r\n", connection, flow, to: ["you@other.example"])) == 250)
        #expect(ports.queued.count == 1 && ports.queued.first?.log.judgement?.isRecordedOnly == true)
        #expect(code(try await send("Subject: x\r\n\r\nx\r\n", connection, flow, to: ["you@example.com"])) == 550)
        let mixed = try await send("Subject: x\r\n\r\nx\r\n", connection, flow, to: Self.both)
        #expect(code(mixed) == 250, "the blocked recipient was refused at RCPT, the others have their mail")
    }

    @Test func `without exceptions a block is answered at once`() async throws {
        var connection = try connection()
        connection.heloName = "client.example.net"
        let flow = try flow([try entry(.block, .network, "127.0.0.0/8")])
        guard case .refuse = await flow.connected(connection) else {
            Issue.record("it is not refused at the greeting")
            return
        }
    }

    private func judged(_ verdict: String) -> Int64 {
        metrics.counterTotal(label: "securitygateway_filtering_messages_total", dimensions: [("verdict", verdict)])
    }

    private func refused(_ step: String) -> Int64 {
        metrics.counterTotal(label: "securitygateway_filtering_early_refusals_total", dimensions: [("step", step)])
    }

    @Test func `a message that nobody has room to look into is put off, and its room is given back when there was some`() async throws {
        let budget = MemoryBudget(limit: Self.dangerous.utf8.count)
        #expect(budget.reserve(1))
        #expect(code(try await send(Self.dangerous, try connection(), try flow(budget: budget))) == 451)
        #expect(ports.queued.isEmpty && ports.quarantined.isEmpty)
        #expect(ports.logged.first?.judgement?.verdict == .tryAgainLater)
        budget.release(1)
        #expect(code(try await send(Self.dangerous, try connection(), try flow(budget: budget))) == 250)
        #expect(ports.quarantined.count == 1 && budget.usedBytes == 0)
    }

    @Test func `record only delivers what nobody has room to look into`() async throws {
        let flow = try flow(budget: MemoryBudget(limit: 0))
        #expect(code(try await send(Self.dangerous, try connection { $0.filtering.mode = .record }, flow)) == 250)
        #expect(ports.queued.first?.log.judgement?.verdict == .tryAgainLater)
    }

    @Test func `an allowed sender is heard although his network is blocked`() async throws {
        let entries = [try entry(.block, .network, "127.0.0.0/8"), try entry(.allow, .sender, Self.sender)]
        #expect(code(try await send("Subject: x\r\n\r\nx\r\n", try connection(), try flow(entries))) == 250)
        #expect(ports.queued.count == 1)
    }

    @Test func `mail of a user who signed in is not judged`() async throws {
        var connection = try connection { $0.authentication.mustOwnSender = false }
        connection.user = AuthenticatedUser(address: try EmailAddress("a@example.com"), senderKeys: [])
        #expect(code(try await send(Self.dangerous, connection, try flow())) == 250)
        #expect(ports.queued.count == 1 && ports.queued.first?.log.judgement == nil)
    }

    @Test(arguments: [FilteringSettings.Mode.off, .enforce])
    func `mail from trusted networks, and all of it when filtering is off, is not judged`(mode: FilteringSettings.Mode) async throws {
        let connection = try connection(from: mode == .off ? "127.0.0.1" : "198.51.100.1") { $0.filtering.mode = mode }
        #expect(code(try await send(Self.dangerous, connection, try flow())) == 250)
        #expect(ports.queued.count == 1 && ports.queued.first?.log.judgement == nil)
    }

    @Test func `trusted networks are judged when the setting says so`() async throws {
        let connection = try connection(from: "198.51.100.1") { $0.filtering.checksTrustedNetworks = true }
        #expect(code(try await send(Self.dangerous, connection, try flow())) == 250)
        #expect(ports.quarantined.count == 1)
    }

    @Test(arguments: [
        (AccessListEntry.Kind.network, "127.0.0.0/8", 554), (.sender, "someone@example.net", 550), (.senderDomain, "example.net", 550),
        (.host, "client.example.net", 550),
    ])
    func `a blocked sender is refused at the earliest step, with a row that says why`(
        kind: AccessListEntry.Kind, value: String, replyCode: Int
    ) async throws {
        let decision = try await send(Self.dangerous, try connection(), try flow([try entry(.block, kind, value)]))
        #expect(code(decision) == replyCode)
        #expect(ports.logged.map(\.result) == [.refused])
        #expect(ports.logged.first?.judgement?.findings.contains { $0.text.english.contains(value) } == true)
    }

    @Test func `a domain's own block is answered to the recipient, who is named in the log`() async throws {
        let decision = try await send(
            Self.dangerous, try connection(), try flow([try entry(.block, .sender, Self.sender, domain: "example.com")]))
        #expect(code(decision) == 550)
        #expect(ports.logged.first?.judgement?.verdict == .reject)
        #expect(ports.loggedRecipients.map(\.address) == ["you@example.com"])
    }

    @Test func `a client that keeps coming back writes one row a minute`() async throws {
        let flow = try flow([try entry(.block, .network, "127.0.0.0/8")])
        for _ in 0..<5 { #expect(code(try await send(Self.dangerous, try connection(), flow)) == 554) }
        #expect(ports.logged.count == 1)
    }

    @Test func `an allow entry excuses the score and not the attachment`() async throws {
        let flow = try flow([try entry(.allow, .sender, Self.sender)])
        let connection = try connection {
            $0.attachments.largeMessageBytes = 1
            $0.attachments.largeMessageScore = FilterScore(tenths: 900)
        }
        #expect(code(try await send("Subject: x\r\n\r\nx\r\n", connection, flow)) == 250)
        #expect(ports.queued.first?.log.judgement?.score == .zero)
        #expect(code(try await send(Self.dangerous, connection, flow)) == 250)
        #expect(ports.quarantined.count == 1)
    }

    @Test func `a score beyond the limit refuses the message and stores nothing`() async throws {
        let connection = try connection {
            $0.attachments.largeMessageBytes = 1
            $0.attachments.largeMessageScore = FilterScore(tenths: 120)
        }
        #expect(code(try await send("Subject: x\r\n\r\nx\r\n", connection, try flow())) == 550)
        #expect(ports.queued.isEmpty && ports.quarantined.isEmpty)
        #expect(ports.logged.first?.judgement?.score == FilterScore(tenths: 120))
    }

    @Test func `points of the session are counted for each of its messages`() async throws {
        let connection = try connection { $0.filtering.checksPrivateAddresses = true }
        let flow = try flow()
        let text = "From: \(Self.sender)\r\nSubject: x\r\n\r\nx\r\n"
        for _ in 0..<2 { #expect(code(try await send(text, connection, flow)) == 250) }
        #expect(ports.queued.map(\.log.judgement?.score) == [FilterScore(tenths: 25), FilterScore(tenths: 25)])
    }
}

/// Every port of the flow, remembering what it was given.
private final class RecordingPorts: AcceptedMessageQueue, QuarantineWriter, RefusalLog, RecipientDirectory {
    private let state = Mutex<([AcceptedMessage], [QuarantineSubmission], [MessageLogEntry], [RecipientLogEntry])>(([], [], [], []))
    let failure = Mutex<DeliveryQueueError?>(nil)

    var queued: [AcceptedMessage] { state.withLock { $0.0 } }
    var quarantined: [QuarantineSubmission] { state.withLock { $0.1 } }
    var logged: [MessageLogEntry] { state.withLock { $0.2 } }
    var loggedRecipients: [RecipientLogEntry] { state.withLock { $0.3 } }

    func submit(_ message: AcceptedMessage, content: MessageContent, deadline: Duration) async throws(DeliveryQueueError) {
        if let error = failure.withLock({ $0 }) { throw error }
        state.withLock { $0.0.append(message) }
    }

    func quarantine(_ submission: QuarantineSubmission, deadline: Duration) async throws(DeliveryQueueError) {
        if let error = failure.withLock({ $0 }) { throw error }
        state.withLock { $0.1.append(submission) }
    }

    func record(_ entry: MessageLogEntry, recipients: [RecipientLogEntry]) {
        state.withLock {
            $0.2.append(entry)
            $0.3 += recipients
        }
    }

    func listing(of address: EmailAddress) async throws(DirectoryError) -> RecipientListing { .listed }
}
