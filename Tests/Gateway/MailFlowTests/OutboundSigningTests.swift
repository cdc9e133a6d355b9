import DNS
import DomainsAndUsers
import Foundation
import Mail
import NIOCore
import Reception
import SMTP
import SenderAuthentication
import Settings
import SharedFolders
import Testing

@testable import MailFlow

/// Mail of the company's own domains is signed when it is taken.
@Suite struct OutboundSigningTests {
    private let folder: MessageDataFolder
    private let active: DomainSigningKey
    private let second: DomainSigningKey
    private let idle: DomainSigningKey

    init() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("signing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        folder = MessageDataFolder(path: root.path, budget: MemoryBudget(limit: 1 << 24))
        active = try Self.key("active", isActive: true)
        second = try Self.key("second", isActive: true)
        idle = try Self.key("idle", isActive: false)
    }

    private static func key(_ selector: String, isActive: Bool) throws -> DomainSigningKey {
        DomainSigningKey(
            identifier: RecordIdentifier(milliseconds: 1), selector: selector, key: try DKIMSigningKey(generating: .ed25519),
            isActive: isActive, createdAt: UTCTime(milliseconds: 1))
    }

    private func signing(budget: Int = 1 << 20) throws -> OutboundSigning {
        let domain = ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName("example.com"), mailServers: [],
            signingKeys: [active, second, idle])
        let other = ProtectedDomain(identifier: RecordIdentifier(milliseconds: 2), name: try DomainName("other.example"), mailServers: [])
        return OutboundSigning(
            domains: CurrentDomains(DomainDirectory(revision: .none, domains: [domain, other])), budget: MemoryBudget(limit: budget))
    }

    private func message(_ text: String, user: String? = nil) throws -> ReceivedMessage {
        let transaction = MailTransaction(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), startedAt: .now(), reversePath: .null,
            parameters: MailParameters())
        var connection = ClientConnection(
            address: try #require(NetworkAddress("192.0.2.9")), port: 40_000, listener: .submission,
            settings: SettingsSnapshot(revision: SettingsRevision(1), settings: GatewaySettings()))
        if let user { connection.user = AuthenticatedUser(address: try EmailAddress(user), senderKeys: [user]) }
        let content = folder.makeWriter(transaction.identifier)
        _ = content.append(ByteBuffer(string: text), drained: { _ in })
        let header = text.components(separatedBy: "\r\n\r\n").first ?? ""
        return ReceivedMessage(
            transaction: transaction, connection: connection, content: content, sizeBytes: text.utf8.count,
            header: ByteBuffer(string: header + "\r\n"), hasEightBitData: false, receivedFieldCount: 0)
    }

    private func fields(_ text: String, user: String? = nil) async throws -> [UInt8] {
        switch try await signing().sign(try message(text, user: user), limit: .seconds(30)) {
        case .signed(let fields): return fields
        case .postponed:
            Issue.record("postponed")
            return []
        }
    }

    private static let text = "From: Someone <someone@example.com>\r\nSubject: x\r\n\r\nhello\r\n"

    @Test func `every active key signs, and receivers can verify it`() async throws {
        var resolver = StaticDNSResolver()
        for key in [active, second] {
            try resolver.add(.text(key.key.publicRecord.text), at: "\(key.selector)._domainkey.example.com")
        }
        let signed = try await fields(Self.text) + Array(Self.text.utf8)
        let outcomes = await DKIMVerifier(resolver).verify(
            AuthenticatedMessage(signed), time: Int(UTCTime.now().milliseconds / 1_000))
        #expect(outcomes.map(\.result) == [.pass, .pass])
        #expect(outcomes.compactMap(\.signature?.selector) == ["active", "second"])
    }

    @Test(arguments: [
        "From: a@elsewhere.example\r\n\r\nx", "From: a@other.example\r\n\r\nx", "From: a@example.com, b@other.example\r\n\r\nx",
        "From: a@example.com\r\nFrom: b@other.example\r\n\r\nx", "Subject: nobody\r\n\r\nx", "From: a@sub.example.com\r\n\r\nx",
    ])
    func `what does not come from one domain with active keys is not signed`(text: String) async throws {
        #expect(try await fields(text).isEmpty)
    }

    @Test func `a user does not lend another domain's name`() async throws {
        #expect(try await !fields(Self.text, user: "someone@example.com").isEmpty)
        #expect(try await fields(Self.text, user: "someone@other.example").isEmpty)
    }

    @Test func `without memory the client is asked to come again`() async throws {
        guard case .postponed = try await signing(budget: 10).sign(try message(Self.text), limit: .seconds(30)) else {
            Issue.record("signed without memory")
            return
        }
    }
}
