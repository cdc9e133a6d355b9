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

/// Each recipient's copy of a quarantined message by itself.
@Suite(.serialized) struct OwnQuarantineTests {
    private static let first = "First@example.com"
    private static let second = "second@example.com"

    private static func keep(
        _ writer: NodeWriter, _ test: TestDatabase, kind: QuarantineKind = .user, to recipients: [String] = [first, second]
    ) async throws -> RecordIdentifier {
        let queued = try Samples.submission(to: recipients, node: test.node, isHeld: false)
        let log = Samples.entry(queued.message.identifier, node: test.node, subject: "A subject", result: .quarantined)
        let submission = QuarantineSubmission(
            submission: QueueSubmission(message: queued.message, recipients: queued.recipients, log: log, refused: [], isHeld: false),
            kind: kind, reason: LocalizedText("suspicious", ja: "疑わしい"), score: FilterScore(tenths: 65))
        try await writer.quarantine(submission, deadline: .seconds(20))
        return queued.message.identifier
    }

    private static func share(_ address: String) throws -> QuarantineShare {
        .recipients(keys: [try EmailAddress(address).lookupKey], kind: .user)
    }

    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .user(address: second), node: test.node, action: "test", target: "test")
    }

    @Test(arguments: TestPlace.allCases) func `a copy is released for its owner alone`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let message = try await Self.keep(writer, test)
                let quarantine = test.database.quarantine
                let own = try Self.share("FIRST@example.com")
                #expect(try await quarantine.quarantinedMessage(message, of: own)?.recipients == [Self.first])
                #expect(try await quarantine.release([message], of: own, audit: Self.audit(test)) == [message])
                #expect(try await quarantine.release([message], of: own, audit: Self.audit(test)).isEmpty)
                #expect(try await test.queued(message) == 1)
                #expect(try await quarantine.quarantinedMessage(message, of: own) == nil)
                #expect(try await quarantine.quarantinedMessage(message, of: .everybody)?.recipients == [Self.second])
                let details = try #require(try await test.database.messageLog.details(of: message))
                #expect(details.record.recipients.map(\.state) == [.queued, .quarantined])
            }
        }
    }

    @Test func `content stays while a copy is in quarantine although the others are delivered`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let message = try await Self.keep(writer, test)
                let quarantine = test.database.quarantine
                _ = try await quarantine.release([message], of: try Self.share(Self.first), audit: Self.audit(test))
                #expect(try await writer.claimDue(limit: 10).flatMap(\.recipients).map(\.ordinal) == [0])
                let result = try await writer.record(Samples.delivered(message, ordinals: [0], node: test.node))
                #expect(result.lost.isEmpty && !result.isContentFree)
                let removal = try await quarantine.discard([message], of: try Self.share(Self.second), audit: Self.audit(test))
                #expect(removal == QuarantineRemoval(done: [message], freeContent: [message]))
            }
        }
    }

    @Test func `content stays while a released copy is on its way although the others are deleted`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let message = try await Self.keep(writer, test)
                let quarantine = test.database.quarantine
                _ = try await quarantine.release([message], of: try Self.share(Self.first), audit: Self.audit(test))
                let removal = try await quarantine.discard([message], of: .everybody, audit: Self.audit(test))
                #expect(removal == QuarantineRemoval(done: [message], freeContent: []))
                #expect(try await test.number("select count(*) from quarantine_recipient") == 0)
                _ = try await writer.claimDue(limit: 10)
                #expect(try await writer.record(Samples.delivered(message, ordinals: [0], node: test.node)).isContentFree)
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `owners and administrators at the same moment queue each copy once`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let message = try await Self.keep(writer, test)
                let quarantine = test.database.quarantine
                let shares: [QuarantineShare] = [try Self.share(Self.first), try Self.share(Self.second), .everybody]
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for share in shares + shares {
                        group.addTask { _ = try await quarantine.release([message], of: share, audit: Self.audit(test)) }
                    }
                    try await group.waitForAll()
                }
                #expect(try await test.queued(message) == 2)
                #expect(try await test.number("select count(*) from quarantine") == 0)
                #expect(try await test.number("select count(*) from quarantine_recipient") == 0)
                #expect(try await test.number("select count(*) from delivery_event where kind = 'released'") == 2)
            }
        }
    }

    @Test func `the last two owners at the same moment leave no row behind`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let quarantine = test.database.quarantine
                for _ in 0..<5 {
                    let message = try await Self.keep(writer, test)
                    async let released = quarantine.release([message], of: try Self.share(Self.first), audit: Self.audit(test))
                    async let deleted = quarantine.discard([message], of: try Self.share(Self.second), audit: Self.audit(test))
                    let done = try await (released, deleted.done)
                    #expect(done.0 == [message] && done.1 == [message])
                    #expect(try await test.number("select count(*) from quarantine") == 0)
                }
            }
        }
    }

    @Test func `an owner finds his own in the users' quarantine, page by page, and cannot search for others`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                var own: [RecordIdentifier] = []
                for _ in 0..<5 { own.append(try await Self.keep(writer, test)) }
                _ = try await Self.keep(writer, test, kind: .administrator)
                _ = try await Self.keep(writer, test, to: [Self.second])
                let quarantine = test.database.quarantine
                let share = try Self.share(Self.first)
                var seen: [QuarantinedMessage] = []
                while true {
                    let cursor = seen.last.map { QuarantineCursor(quarantinedAt: $0.quarantinedAt, message: $0.message) }
                    let page = try await quarantine.quarantined(QuarantineFilter(), of: share, after: cursor, limit: 2)
                    if page.isEmpty { break }
                    seen += page
                }
                #expect(seen.count == 5 && Set(seen.map(\.message)) == Set(own))
                #expect(seen.allSatisfy { $0.recipients == [Self.first] && $0.recipientCount == 1 })
                var filter = QuarantineFilter()
                filter.text = "second@"
                #expect(try await quarantine.quarantined(filter, of: share, after: nil, limit: 10).isEmpty)
            }
        }
    }

    @Test func `a message to two of his addresses is one message`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let message = try await Self.keep(writer, test, to: [Self.first, "alias@example.com", Self.second])
                let keys: Set<String> = ["first@example.com", "alias@example.com"]
                let share = QuarantineShare.recipients(keys: keys, kind: .user)
                let quarantine = test.database.quarantine
                #expect(try await quarantine.quarantined(QuarantineFilter(), of: share, after: nil, limit: 10).map(\.message) == [message])
                #expect(try await quarantine.release([message], of: share, audit: Self.audit(test)) == [message])
                #expect(try await test.queued(message) == 2)
            }
        }
    }

    @Test func `an owner's list reads the rows of his own addresses`() async throws {
        try await TestDatabase.with { test in
            let query = QuarantineSearch(QuarantineFilter(), try Self.share(Self.first), after: nil, limit: 50).walk()
            let plan = try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { try $0.plan(of: query) }
            #expect(plan.contains("QUARANTINE_RECIPIENT_OWNER") && !plan.contains("NATURAL"), "\(plan)")
        }
    }

    @Test func `a session is its user's until he is disabled, deleted or gets another password`() async throws {
        try await TestDatabase.with { test in
            try await test.database.domains.insert(
                ProtectedDomain(identifier: .fresh(), name: try DomainName("example.com"), mailServers: []), audit: Self.audit(test))
            let users = test.database.users
            let verifier = try SCRAMVerifier.compute("a long password", iterations: 4096)
            var user = User(
                identifier: .fresh(), address: try EmailAddress(Self.first), hasPassword: true, createdAt: UTCTime(milliseconds: 1))
            try await users.insert(user, verifier: verifier, audit: Self.audit(test))
            try await users.setLanguage(.japanese, of: user.identifier)
            func session(_ byte: UInt8) async throws -> [UInt8] {
                let hash = [UInt8](repeating: byte, count: 32)
                let session = UserSession(tokenHash: hash, user: user.identifier, createdAt: .now(), lastSeenAt: .now())
                try await users.insert(session, audit: Self.audit(test))
                return hash
            }
            let one = try await session(1)
            #expect(try await users.userSession(tokenHash: one)?.user.language == .japanese)
            #expect(try await test.database.administrators.session(tokenHash: one) == nil, "it is no administrator's")
            try await users.setVerifier(verifier, of: user.identifier, audit: Self.audit(test))
            #expect(try await users.userSession(tokenHash: one) == nil)
            let two = try await session(2)
            user.isEnabled = false
            try await users.update(user, audit: Self.audit(test))
            #expect(try await users.userSession(tokenHash: two) == nil)
            user.isEnabled = true
            try await users.update(user, audit: Self.audit(test))
            #expect(try await users.userSession(tokenHash: two) == nil, "being enabled again does not bring it back")
            let three = try await session(3)
            try await users.deleteUser(user.identifier, audit: Self.audit(test))
            #expect(try await users.userSession(tokenHash: three) == nil)
            #expect(try await test.number("select count(*) from user_session") == 0)
        }
    }

    @Test func `a page of the whole quarantine walks along its index wherever it begins`() async throws {
        let cursor = QuarantineCursor(quarantinedAt: UTCTime(milliseconds: 5), message: .fresh())
        try await TestDatabase.with { test in
            for filter in [QuarantineFilter(), Self.searching("word")] {
                let query = QuarantineSearch(filter, .everybody, after: cursor, limit: 50).walk()
                let plan = try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { try $0.plan(of: query) }
                #expect(plan.contains("ORDER QUARANTINE_NEWEST") && !plan.contains(TestPlan.collectsFirst), "\(plan)")
            }
        }
    }

    private static func searching(_ text: String) -> QuarantineFilter {
        var filter = QuarantineFilter()
        filter.text = text
        return filter
    }
}
