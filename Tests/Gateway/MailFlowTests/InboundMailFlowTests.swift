import Delivery
import DomainsAndUsers
import Foundation
import GatewayTestKit
import Logging
import Mail
import MailFlow
import MessageLog
import NIOCore
import Reception
import SMTP
import Settings
import SharedFolders
import Synchronization
import Testing
import UserVerification

/// The way of a message through MailFlow, with ports in memory and a real folder.
@Suite struct InboundMailFlowTests {
    private let queue = InMemoryQueue()
    private let refusals = InMemoryRefusalLog()
    private let listed = InMemoryRecipientDirectory()
    private let folder: MessageDataFolder
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("mail-flow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        folder = MessageDataFolder(path: root.path, budget: MemoryBudget(limit: 1 << 24))
    }

    private func flow() throws -> InboundMailFlow {
        let domains = try ["example.com", "listed.example", "small.example", "例え.テスト", "alias.example", "asked.example"].enumerated().map {
            number, name in
            ProtectedDomain(
                identifier: RecordIdentifier(milliseconds: Int64(number)), name: try DomainName(name), mailServers: [],
                hasAliases: name == "alias.example")
        }
        let identity = NodeIdentity(node: NodeID(RecordIdentifier(milliseconds: 1)), heloName: { "mx1.example.com" })
        let current = CurrentDomains(DomainDirectory(revision: .none, domains: domains))
        let logger = Logger(label: "test")
        let authentication = UserAuthentication(users: StoredUsers(store: InMemoryUserStore()), domains: current, logger: logger)
        return InboundMailFlow(
            queue: queue, domains: current, recipients: listed, authentication: authentication, refusals: refusals,
            folder: folder, identity: identity, logger: logger)
    }

    private func connection(
        from address: String = "192.0.2.9", tls: String? = nil, listener: ListenerKind = .smtp, user: String? = nil,
        _ change: (inout GatewaySettings) -> Void = { _ in }
    ) throws -> ClientConnection {
        var settings = GatewaySettings()
        settings.relay.trustedNetworks = [try #require(NetworkRange("198.51.100.0/24"))]
        settings.domains["listed.example"] = DomainSettings()
        settings.domains["listed.example"]?.recipients = .listed
        settings.domains["asked.example"] = DomainSettings()
        settings.domains["asked.example"]?.recipients = .callForward
        settings.userVerification.randomAddressHours = 0
        settings.domains["small.example"] = DomainSettings()
        settings.domains["small.example"]?.maximumMessageBytes = 100
        change(&settings)
        var connection = ClientConnection(
            address: try #require(NetworkAddress(address)), port: 40_000, listener: listener,
            settings: SettingsSnapshot(revision: SettingsRevision(1), settings: settings))
        connection.heloName = "client.example.net"
        connection.isExtended = true
        connection.tls = tls
        if let user {
            connection.user = AuthenticatedUser(address: try EmailAddress(user), senderKeys: [user, "sales@example.com"])
        }
        return connection
    }

    private func transaction(_ recipients: [String] = [], size: Int? = nil) throws -> MailTransaction {
        var parameters = MailParameters()
        parameters.size = size
        var transaction = MailTransaction(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), startedAt: .now(),
            reversePath: .address(try EmailAddress("someone@example.net")), parameters: parameters)
        transaction.recipients = try recipients.map {
            TransactionRecipient(address: try EmailAddress($0), parameters: RecipientParameters())
        }
        return transaction
    }

    private func message(_ text: String, to recipients: [String], connection: ClientConnection? = nil) throws -> ReceivedMessage {
        let transaction = try transaction(recipients)
        let content = folder.makeWriter(transaction.identifier)
        _ = content.append(ByteBuffer(string: text), drained: { _ in })
        let header = text.components(separatedBy: "\r\n\r\n").first ?? ""
        return ReceivedMessage(
            transaction: transaction, connection: try connection ?? self.connection(), content: content, sizeBytes: text.utf8.count,
            header: ByteBuffer(string: header + "\r\n"), hasEightBitData: false, receivedFieldCount: 0)
    }

    @Test(arguments: [
        ("192.0.2.9", "you@example.com", 0), ("192.0.2.9", "YOU@EXAMPLE.COM", 0), ("192.0.2.9", "you@xn--r8jz45g.xn--zckzah", 0),
        ("192.0.2.9", "you@sub.example.com", 550), ("192.0.2.9", "you@example.org", 550), ("192.0.2.9", "you%example.org@example.com", 0),
        ("192.0.2.9", "\"you@example.org\"@example.com", 0), ("192.0.2.9", "you@[192.0.2.1]", 550),
        ("192.0.2.9", "you@[198.51.100.1]", 550),
        ("198.51.100.7", "you@example.org", 0), ("198.51.100.7", "you@[192.0.2.1]", 550), ("127.0.0.1", "you@example.org", 550),
        ("192.0.2.9", "known@listed.example", 0), ("192.0.2.9", "unknown@listed.example", 550),
        ("192.0.2.9", "Postmaster@listed.example", 0),
        ("192.0.2.9", "postmaster@mx1.example.com", 0), ("192.0.2.9", "other@mx1.example.com", 550),
    ])
    func `recipients are accepted by domain, list and trust, and the gateway is no open relay`(
        client: String, address: String, code: Int
    ) async throws {
        let recipient = TransactionRecipient(address: try EmailAddress(address), parameters: RecipientParameters())
        let decision = try await flow().recipient(recipient, try transaction(), try connection(from: client))
        switch decision {
        case .accept, .acceptAlias: #expect(code == 0)
        case .refuse(let reply), .disconnect(let reply): #expect(reply.code == code, "\(reply)")
        }
    }

    @Test(arguments: [
        ("colleague@asked.example", ProbeAnswer.Statement.accepts, 0), ("nobody@asked.example", .refuses, 550),
        ("busy@asked.example", .undecided, 451), ("someone@asked.example", .serversAway, 451), ("Postmaster@asked.example", .refuses, 0),
        ("someone@example.com", .refuses, 0), ("unknown@listed.example", .accepts, 550),
    ])
    func `unlisted recipients of a verified domain are what its mail servers say`(
        address: String, statement: ProbeAnswer.Statement, code: Int
    ) async throws {
        let servers = ScriptedMailServers()
        servers.say(ProbeAnswer(statement, text: "said", server: "mail.example"), of: address)
        let flow = try flow().verifying(with: RecipientVerifier(probe: servers, logger: Logger(label: "test")))
        let recipient = TransactionRecipient(address: try EmailAddress(address), parameters: RecipientParameters())
        switch await flow.recipient(recipient, try transaction(), try connection()) {
        case .accept, .acceptAlias: #expect(code == 0)
        case .refuse(let reply), .disconnect(let reply): #expect(reply.code == code && !reply.text.contains("said"))
        }
    }

    @Test func `the log says by what a recipient was verified and another refused`() async throws {
        let servers = ScriptedMailServers()
        servers.say(ProbeAnswer(.refuses, text: "550 5.1.1 no user", server: "mail.example"), of: "nobody@asked.example")
        let flow = try flow().verifying(with: RecipientVerifier(probe: servers, logger: Logger(label: "test")))
        let connection = try connection()
        var message = try message("Subject: x\r\n\r\nx\r\n", to: ["colleague@asked.example"], connection: connection)
        let nobody = TransactionRecipient(address: try EmailAddress("nobody@asked.example"), parameters: RecipientParameters())
        for recipient in message.transaction.recipients + [nobody] {
            if case .refuse(let reply) = await flow.recipient(recipient, message.transaction, connection) {
                var transaction = message.transaction
                transaction.refused.append((recipient, reply))
                message = ReceivedMessage(
                    transaction: transaction, connection: connection, content: message.content, sizeBytes: message.sizeBytes,
                    header: message.header, hasEightBitData: false, receivedFieldCount: 0)
            }
        }
        #expect(await flow.messageReceived(message) != .refuse(SMTPReply(451, .systemTemporary, "")))
        let accepted = try #require(queue.submitted.first).0
        #expect(accepted.log.reason.contains("colleague@asked.example accepted by mail server mail.example[192.0.2.25]:25: 250 2.1.5 ok"))
        #expect(accepted.refused.map(\.reason).first?.hasSuffix("(refused by mail server mail.example: 550 5.1.1 no user)") == true)
    }

    @Test(arguments: [
        (ListenerKind.submission, String?.none, "192.0.2.9", "you@example.org", 530),
        (.submission, nil, "198.51.100.7", "you@example.org", 530),
        (.submission, nil, "192.0.2.9", "you@example.com", 0), (.submission, "me@example.com", "192.0.2.9", "you@example.org", 0),
        (.smtps, "me@example.com", "192.0.2.9", "you@example.org", 0), (.smtps, nil, "192.0.2.9", "you@example.org", 550),
        (.smtps, nil, "198.51.100.7", "you@example.org", 0), (.smtp, "me@example.com", "192.0.2.9", "you@example.org", 0),
        (.submission, "me@example.com", "192.0.2.9", "unknown@listed.example", 550),
    ])
    func `who has signed in may relay, and on the submission port nobody else`(
        listener: ListenerKind, user: String?, client: String, address: String, code: Int
    ) async throws {
        let recipient = TransactionRecipient(address: try EmailAddress(address), parameters: RecipientParameters())
        let connection = try connection(from: client, tls: "TLSv1.3", listener: listener, user: user)
        switch try await flow().recipient(recipient, try transaction(), connection) {
        case .accept, .acceptAlias: #expect(code == 0)
        case .refuse(let reply), .disconnect(let reply): #expect(reply.code == code, "\(reply)")
        }
    }

    @Test(arguments: [
        ("me@example.com", true, 0), ("ME@example.com", true, 0), ("sales@example.com", true, 0), ("boss@example.com", true, 553),
        ("someone@example.net", true, 553), ("someone@example.net", false, 0), ("", true, 0),
    ])
    func `a user writes in his own name only`(sender: String, mustOwn: Bool, code: Int) async throws {
        let connection = try connection(tls: "TLSv1.3", listener: .submission, user: "me@example.com") {
            $0.authentication.mustOwnSender = mustOwn
        }
        let path = sender.isEmpty ? ReversePath.null : .address(try EmailAddress(sender))
        switch try await flow().sender(path, MailParameters(), connection) {
        case .accept, .acceptAlias: #expect(code == 0)
        case .refuse(let reply), .disconnect(let reply): #expect(reply.code == code)
        }
    }

    @Test func `nobody's sender is looked at who has not signed in`() async throws {
        let path = ReversePath.address(try EmailAddress("someone@example.net"))
        #expect(try await flow().sender(path, MailParameters(), try connection()) == .accept())
    }

    @Test func `a user's message is outbound, stamped and logged with him`() async throws {
        let connection = try connection(tls: "TLSv1.3", listener: .submission, user: "me@example.com")
        _ = try await flow().messageReceived(try message("A: b\r\n\r\nx\r\n", to: ["you@example.org"], connection: connection))
        let (accepted, _) = try #require(queue.submitted.first)
        #expect(accepted.message.direction == .outbound)
        #expect(accepted.log.user == "me@example.com" && accepted.log.protocolName == "ESMTPSA")
        let stamp = String(decoding: accepted.message.prependedHeader, as: UTF8.self)
        #expect(stamp.contains(" with ESMTPSA id ") && !stamp.contains("me@example.com"))
    }

    @Test(arguments: ["alias@alias.example", "alias@listed.example"])
    func `an alias is delivered to its user and remembered`(alias: String) async throws {
        let address = try EmailAddress(alias)
        var recipient = TransactionRecipient(address: address, parameters: RecipientParameters())
        guard case .acceptAlias(let user) = try await flow().recipient(recipient, try transaction(), try connection()) else {
            return #expect(Bool(false), "no alias")
        }
        recipient.aliasedUser = user
        var aliased = try message("A: b\r\n\r\nx\r\n", to: [])
        var transaction = aliased.transaction
        transaction.recipients = [recipient]
        aliased = ReceivedMessage(
            transaction: transaction, connection: aliased.connection, content: aliased.content, sizeBytes: 1, header: ByteBuffer(),
            hasEightBitData: false, receivedFieldCount: 0)
        _ = try await flow().messageReceived(aliased)
        let queued = try #require(queue.submitted.first?.0.recipients.first)
        #expect(queued.address.description == "user@example.com")
        #expect(queued.alias == address && queued.originalRecipient?.address == alias)
        #expect(queue.submitted.first?.0.message.direction == .inbound)
    }

    @Test func `an unknown address of a domain with aliases is accepted where all are`() async throws {
        let recipient = TransactionRecipient(address: try EmailAddress("other@alias.example"), parameters: RecipientParameters())
        #expect(try await flow().recipient(recipient, try transaction(), try connection()) == .accept())
    }

    @Test func `a list that cannot be asked postpones and does not refuse`() async throws {
        listed.isAway.store(true, ordering: .relaxed)
        let recipient = TransactionRecipient(address: try EmailAddress("known@listed.example"), parameters: RecipientParameters())
        guard case .refuse(let reply) = try await flow().recipient(recipient, try transaction(), try connection()) else {
            return #expect(Bool(false), "accepted")
        }
        #expect(reply.code == 451)
    }

    @Test func `an accepted message is durable, stamped and queued with its log row`() async throws {
        let text = "Subject: =?UTF-8?B?44GT44KT44Gr44Gh44Gv?=\r\nFrom: A <a@example.net>\r\nMessage-ID: <1@example.net>\r\n\r\nhello\r\n"
        let message = try message(text, to: ["you@example.com"], connection: try connection(tls: "TLSv1.3"))
        guard case .accept = try await flow().messageReceived(message) else { return #expect(Bool(false), "not accepted") }
        let (accepted, content) = try #require(queue.submitted.first)
        #expect(accepted.log.subject == "こんにちは")
        #expect(accepted.log.messageIDField == "1@example.net")
        #expect(accepted.log.direction == .inbound)
        #expect(accepted.log.result == .accepted)
        #expect(accepted.log.protocolName == "ESMTPS")
        let stamp = String(decoding: accepted.message.prependedHeader, as: UTF8.self)
        #expect(
            stamp.hasPrefix("Received: from client.example.net ([192.0.2.9])\r\n\t(using TLSv1.3)\r\n\tby mx1.example.com with ESMTPS id "))
        #expect(stamp.contains("\r\n\tfor <you@example.com>;\r\n\t"))
        #expect(stamp.hasSuffix("+0000\r\n"))
        guard case .memory(let retained) = content else { return #expect(Bool(false), "not in memory") }
        #expect(String(buffer: retained.buffer) == text)
        let stored = root.appendingPathComponent(
            "\(StoredMessage(identifier: accepted.message.identifier).folder)/\(accepted.message.identifier).eml")
        #expect(try String(contentsOf: stored, encoding: .utf8) == text)
    }

    @Test(arguments: [
        ("192.0.2.9", ["a@example.com"], MailDirection.inbound), ("198.51.100.1", ["a@example.com"], .internal),
        ("198.51.100.1", ["a@example.org"], .outbound), ("198.51.100.1", ["a@example.com", "b@example.org"], .outbound),
    ])
    func `the direction follows from trust and recipients`(client: String, recipients: [String], direction: MailDirection) async throws {
        _ = try await flow().messageReceived(try message("A: b\r\n\r\nx\r\n", to: recipients, connection: try connection(from: client)))
        #expect(queue.submitted.first?.0.message.direction == direction)
    }

    @Test func `secret recipients are not named in the trace field`() async throws {
        _ = try await flow().messageReceived(try message("A: b\r\n\r\nx\r\n", to: ["a@example.com", "b@example.com"]))
        let stamp = String(decoding: try #require(queue.submitted.first).0.message.prependedHeader, as: UTF8.self)
        #expect(!stamp.contains("for <"))
    }

    @Test func `a hostile HELO name cannot add a header line`() async throws {
        var client = try connection()
        client.heloName = "evil)\r\nX-Injected: yes\r\n\u{0}("
        _ = try await flow().messageReceived(try message("A: b\r\n\r\nx\r\n", to: ["a@example.com"], connection: client))
        let stamp = String(decoding: try #require(queue.submitted.first).0.message.prependedHeader, as: UTF8.self)
        #expect(!stamp.contains("\r\nX-Injected"))
        #expect(stamp.components(separatedBy: "\r\n").dropFirst().dropLast().allSatisfy { $0.hasPrefix("\t") })
    }

    @Test func `a message too big for its domain is refused with its reason in the log`() async throws {
        let decision = try await flow().messageReceived(
            try message("A: b\r\n\r\n" + String(repeating: "x", count: 200), to: ["a@small.example"]))
        guard case .refuse(let reply) = decision else { return #expect(Bool(false), "accepted") }
        #expect(reply.code == 552)
        #expect(queue.submitted.isEmpty)
        #expect(refusals.entries.map(\.result) == [.refused])
    }

    @Test func `without a durable queue row there is no 250`() async throws {
        queue.failure.withLock { $0 = .unavailable(cause: "test") }
        guard case .refuse(let reply) = try await flow().messageReceived(try message("A: b\r\n\r\nx\r\n", to: ["a@example.com"])) else {
            return #expect(Bool(false), "accepted")
        }
        #expect(reply.code == 451)
        #expect(refusals.entries.map(\.result) == [.postponed])
    }

    @Test func `without a durable content there is no row and no 250`() async throws {
        let message = try message("A: b\r\n\r\nx\r\n", to: ["a@example.com"])
        try FileManager.default.removeItem(at: root)
        guard case .refuse(let reply) = try await flow().messageReceived(message) else { return #expect(Bool(false), "accepted") }
        #expect(reply.code == 451)
        #expect(queue.submitted.isEmpty)
    }

    @Test func `an ended transaction is logged once it had a recipient`() throws {
        var transaction = try transaction()
        try flow().transactionEnded(transaction, try connection(), reason: "RSET")
        #expect(refusals.entries.isEmpty)
        transaction.refused = [
            (
                TransactionRecipient(address: try EmailAddress("a@example.org"), parameters: RecipientParameters()),
                SMTPReply(550, .notAuthorized, "Relaying denied")
            )
        ]
        try flow().transactionEnded(transaction, try connection(), reason: "QUIT")
        #expect(refusals.entries.map(\.result) == [.refused])
        #expect(refusals.entries.map(\.reason) == ["550 5.7.1 Relaying denied"], "what was answered, not how the client went away")
        #expect(refusals.recipients.map(\.address) == ["a@example.org"])
    }

    @Test(arguments: [
        ("192.0.2.9", String?.none, "unknown@listed.example", MailDirection.inbound), ("192.0.2.9", nil, "you@example.org", .inbound),
        ("198.51.100.7", nil, "unknown@listed.example", .internal), ("198.51.100.7", nil, "you@[192.0.2.1]", .outbound),
        ("192.0.2.9", "me@example.com", "unknown@listed.example", .internal), ("192.0.2.9", "me@example.com", "you@[192.0.2.1]", .outbound),
    ])
    func `a transaction whose recipients were all refused is logged with the direction it would have had`(
        client: String, user: String?, recipient: String, direction: MailDirection
    ) throws {
        var transaction = try transaction()
        transaction.refused = [
            (
                TransactionRecipient(address: try EmailAddress(recipient), parameters: RecipientParameters()),
                SMTPReply(550, .notAuthorized, "refused")
            )
        ]
        try flow().transactionEnded(transaction, try connection(from: client, user: user), reason: "QUIT")
        #expect(refusals.entries.map(\.direction) == [direction])
    }

    @Test func `a user's attempt in another's name is logged`() async throws {
        let connection = try connection(tls: "TLSv1.3", listener: .submission, user: "me@example.com")
        _ = try await flow().sender(.address(try EmailAddress("boss@example.com")), MailParameters(), connection)
        let entry = try #require(refusals.entries.first)
        #expect(entry.result == .refused && entry.direction == .outbound && entry.reversePath == "boss@example.com")
        #expect(entry.user == "me@example.com" && entry.reason.hasPrefix("553 5.7.1"))
    }
}

private final class InMemoryQueue: AcceptedMessageQueue {
    private let all = Mutex<[(AcceptedMessage, MessageContent)]>([])
    let failure = Mutex<DeliveryQueueError?>(nil)

    var submitted: [(AcceptedMessage, MessageContent)] { all.withLock { $0 } }

    func submit(_ message: AcceptedMessage, content: MessageContent, deadline: Duration) async throws(DeliveryQueueError) {
        if let error = failure.withLock({ $0 }) { throw error }
        all.withLock { $0.append((message, content)) }
    }
}

private final class InMemoryRefusalLog: RefusalLog {
    private let all = Mutex<[(MessageLogEntry, [RecipientLogEntry])]>([])

    var entries: [MessageLogEntry] { all.withLock { $0.map(\.0) } }
    var recipients: [RecipientLogEntry] { all.withLock { $0.flatMap(\.1) } }

    func record(_ entry: MessageLogEntry, recipients: [RecipientLogEntry]) { all.withLock { $0.append((entry, recipients)) } }
}

private final class InMemoryRecipientDirectory: RecipientDirectory {
    let isAway = Atomic<Bool>(false)

    func listing(of address: EmailAddress) async throws(DirectoryError) -> RecipientListing {
        if isAway.load(ordering: .relaxed) { throw .unavailable(cause: "test") }
        // A constant address cannot be malformed.
        if address.localPart == "alias", let user = try? EmailAddress("user@example.com") { return .alias(of: user) }
        return address.localPart == "known" ? .listed : .unlisted
    }
}
