import Cluster
import Delivery
import DomainsAndUsers
import Filtering
import Firebird
import FirebirdTestKit
import Mail
import MessageLog
import Quarantine
import Settings
import Testing

@testable import GatewayDatabase

/// Digests, and the links in them, in the database.
@Suite(.serialized) struct DigestTableTests {
    private static func audit(_ test: TestDatabase, _ action: String = "user.quarantine.release") -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: action, target: "t")
    }

    private static let recipient = DigestRecipient(key: "taro@example.com", address: "taro@example.com", isUser: false, language: nil)

    private func keep(_ writer: NodeWriter, _ test: TestDatabase, kind: QuarantineKind = .user) async throws -> RecordIdentifier {
        let queued = try Samples.submission(to: ["taro@example.com", "hanako@example.com"], node: test.node, isHeld: false)
        let submission = QuarantineSubmission(
            submission: queued, kind: kind, reason: LocalizedText("why", ja: "理由"), score: FilterScore(tenths: 60))
        try await writer.quarantine(submission, deadline: .seconds(20))
        return queued.message.identifier
    }

    private func digest(_ listed: [RecordIdentifier], epoch: Int64, _ test: TestDatabase) throws -> DigestSubmission {
        DigestSubmission(
            submission: try Samples.submission(to: ["taro@example.com"], node: test.node, isHeld: false),
            owner: .recipient(Self.recipient), listed: listed, marksBefore: nil, epoch: epoch)
    }

    private func link(_ purpose: SignedLink.Purpose, _ message: RecordIdentifier) -> SignedLink {
        SignedLink(
            purpose: purpose, subject: message, owner: "taro@example.com", expiresAt: UTCTime.now().advanced(by: .seconds(86_400)))
    }

    @Test func `what a digest has told of is not told again, and only the primary of its epoch tells`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let table = test.database.digests
                let message = try await keep(writer, test)
                _ = try await keep(writer, test, kind: .administrator)
                let owners = try await table.digestOwners(after: nil, limit: 10)
                #expect(Set(owners.owners.map(\.key)) == ["taro@example.com", "hanako@example.com"] && owners.next == nil)
                let content = try #require(try await table.digestContent(for: .recipient(Self.recipient)))
                #expect(content.entries.map(\.message) == [message] && content.count == 1)
                let roles = test.database.primaryRole
                let own = Incarnation(node: test.node, number: 1)
                let epoch = try #require(try await roles.take(try await roles.primaryRecord(), by: own))
                let late = try digest([message], epoch: epoch - 1, test)
                #expect(try await writer.send(late, deadline: .seconds(20)) == false)
                #expect(try await test.queued(late.submission.message.identifier) == 0)
                let first = try digest([message], epoch: epoch, test)
                #expect(try await writer.send(first, deadline: .seconds(20)))
                #expect(try await test.queued(first.submission.message.identifier) == 1)
                #expect(try await writer.send(try digest([message], epoch: epoch, test), deadline: .seconds(20)) == false)
                #expect(try await table.digestContent(for: .recipient(Self.recipient)) == nil)
                #expect(try await table.digestOwners(after: nil, limit: 10).owners.map(\.key) == ["hanako@example.com"])
            }
        }
    }

    @Test func `a link is used once, whoever uses it at the same moment, and releases its owner's copy alone`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let message = try await keep(writer, test)
                let quarantine = test.database.quarantine
                let link = link(.release, message)
                let outcomes = try await withThrowingTaskGroup(of: LinkOutcome.self) { group in
                    for _ in 0..<4 { group.addTask { try await quarantine.use(link, audit: Self.audit(test)) } }
                    return try await group.reduce(into: [LinkOutcome]()) { $0.append($1) }
                }
                #expect(outcomes.filter { $0 == .done }.count == 1 && outcomes.filter { $0 == .alreadyUsed }.count == 3)
                #expect(try await test.queued(message) == 1)
                #expect(try await quarantine.wasUsed(link))
                #expect(try await quarantine.quarantinedMessage(message, of: .everybody)?.recipients == ["hanako@example.com"])
                #expect(try await quarantine.use(self.link(.releaseAndAllow, message), audit: Self.audit(test)) == .gone)
            }
        }
    }

    @Test func `a blocked sender is on its owner's own list, and an allowed one takes his place`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let message = try await keep(writer, test)
                let quarantine = test.database.quarantine
                #expect(try await quarantine.use(link(.block, message), audit: Self.audit(test)) == .done)
                let lists = test.database.accessLists
                let blocked = try await lists.accessListEntries(AccessListFilter(), after: nil, limit: 5)
                #expect(blocked.map(\.list) == [.block] && blocked.map(\.recipient) == ["taro@example.com"])
                #expect(try await quarantine.use(link(.releaseAndAllow, message), audit: Self.audit(test)) == .done)
                let allowed = try await lists.accessListEntries(AccessListFilter(), after: nil, limit: 5)
                #expect(allowed.map(\.list) == [.allow] && allowed.map(\.value) == ["sender@example.net"])
                let loaded = try #require(try await lists.loadAccessLists(ifNewerThan: .none))
                var sender = AccessLists.Sender(address: try #require(NetworkAddress("192.0.2.7")))
                sender.reversePath = try ReversePath(path: "sender@example.net")
                #expect(loaded.match(sender, forRecipient: try EmailAddress("Taro@example.com"))?.list == .allow)
                #expect(loaded.match(sender, forRecipient: try EmailAddress("hanako@example.com")) == nil)
            }
        }
    }

    @Test func `one key is made for all, and it stays until it is too old`() async throws {
        try await TestDatabase.with { test in
            let keys = test.database.linkKeys
            let now = UTCTime.now()
            let made = try await withThrowingTaskGroup(of: LinkKey.self) { group in
                for _ in 0..<3 { group.addTask { try await keys.currentLinkKey(at: now) } }
                return try await group.reduce(into: Set<LinkKey>()) { $0.insert($1) }
            }
            #expect(made.count == 1)
            let later = now.advanced(by: LinkKey.lifetime + .seconds(1))
            let fresh = try await keys.currentLinkKey(at: later)
            #expect(try await keys.linkKeys() == [fresh] + made)
        }
    }
}
