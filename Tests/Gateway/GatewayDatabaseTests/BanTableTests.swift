import DomainsAndUsers
import Firebird
import FirebirdTestKit
import MessageLog
import Screening
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct BanTableTests {
    private static func ban(_ text: String, _ test: TestDatabase, minutes: Int? = 10, from seconds: Int = 0) throws -> Ban {
        let begun = UTCTime.now().advanced(by: .seconds(seconds))
        return Ban(
            identifier: RecordIdentifier(milliseconds: begun.milliseconds),
            subject: try #require(BanSubject(text.contains("@") ? .user : .network, text)), reason: .recipients, note: "", node: test.node,
            begunAt: begun, until: minutes.map { begun.advanced(by: .seconds($0 * 60)) })
    }

    private static func audit(_ test: TestDatabase, _ action: String) -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: action, target: "test")
    }

    @Test func `news is told once, and a lifted ban is news`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.bans
            #expect(try await table.banChanges(since: 0) == nil)
            let first = try Self.ban("192.0.2.9", test)
            let second = try Self.ban("me@example.com", test, minutes: nil)
            try await table.insert([first, second])
            try await table.insert([first])
            let news = try #require(try await table.banChanges(since: 0))
            #expect(Set(news.changed.map(\.ban)) == [first, second] && news.changed.allSatisfy { !$0.isLifted })
            #expect(try await table.banChanges(since: news.revision) == nil)
            #expect(try await table.lift([first.identifier], audit: Self.audit(test, "ban.lift")) == 1)
            let lifted = try #require(try await table.banChanges(since: news.revision))
            #expect(lifted.changed.map(\.ban) == [first] && lifted.changed.allSatisfy(\.isLifted))
            #expect(try await table.banChanges(since: 0)?.changed.map(\.ban) == [second], "who begins anew hears of what is in force")
            #expect(try await table.lift([first.identifier], audit: Self.audit(test, "ban.lift")) == 0)
        }
    }

    @Test func `the list has what is in force, newest first, by kind and text`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.bans
            let bans = try (0..<4).map { try Self.ban("192.0.2.\($0)", test, from: $0) }
            let user = try Self.ban("me@example.com", test, minutes: nil, from: 9)
            try await table.insert(bans + [try Self.ban("198.51.100.1", test, from: -3_600)])
            try await table.insert(user, audit: Self.audit(test, "ban.add"))
            var filter = BanFilter()
            let first = try await table.bans(filter, after: nil, limit: 2)
            let last = try #require(first.last)
            let rest = try await table.bans(filter, after: ScreeningCursor(time: last.begunAt, identifier: last.identifier), limit: 10)
            #expect(first + rest == [user] + bans.reversed())
            filter.kind = .user
            #expect(try await table.bans(filter, after: nil, limit: 10) == [user])
            filter.kind = nil
            filter.text = "0.2.3"
            #expect(try await table.bans(filter, after: nil, limit: 10) == [bans[3]])
        }
    }

    @Test func `refused sign-ins are found by way and text and removed when they are old`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.bans
            func refusal(_ name: String, _ way: SignInRefusal.Way, seconds: Int) -> SignInRefusal {
                let time = UTCTime.now().advanced(by: .seconds(seconds))
                return SignInRefusal(
                    identifier: RecordIdentifier(milliseconds: time.milliseconds), time: time, way: way, name: name, address: "192.0.2.9",
                    tries: 3, node: test.node)
            }
            let old = refusal("tanaka@example.com", .smtp, seconds: -100_000)
            let new = refusal("admin", .administrator, seconds: 0)
            try await table.record([old, new])
            var filter = SignInRefusalFilter()
            #expect(try await table.signInRefusals(filter, after: nil, limit: 10) == [new, old])
            filter.way = .smtp
            #expect(try await table.signInRefusals(filter, after: nil, limit: 10) == [old])
            filter.way = nil
            filter.text = "ADMIN"
            #expect(try await table.signInRefusals(filter, after: nil, limit: 10) == [new])
            let store = test.database.maintenance
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            let cutoff = UTCTime.now().advanced(by: .seconds(-90_000))
            #expect(try await store.removeBatch(.signInRefusals, before: cutoff, after: nil, in: "2026-11-27").removed == 1)
        }
    }
}
