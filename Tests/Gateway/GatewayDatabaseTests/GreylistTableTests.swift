import DomainsAndUsers
import Filtering
import Firebird
import FirebirdTestKit
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct GreylistTableTests {
    private static let settings = GreylistingSettings()

    private static func triplet(_ number: Int = 1) -> GreylistTriplet {
        GreylistTriplet(network: "192.0.2.0/24", sender: "someone\(number)@example.net", recipient: "you@example.com")
    }

    private static func later(_ seconds: Int) -> UTCTime { UTCTime.now().advanced(by: .seconds(seconds)) }

    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: "greylist.delete", target: "test")
    }

    @Test func `a triplet waits, passes, is found and deleted`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.greylist
            #expect(try await table.decide(Self.triplet(), Self.settings, now: .now()).answer == .wait(.seconds(900)))
            #expect(try await table.decide(Self.triplet(), Self.settings, now: .now()).change == GreylistDecision.Change.none)
            #expect(try await table.decide(Self.triplet(), Self.settings, now: Self.later(901)).answer == .pass)
            #expect(try await table.decide(Self.triplet(), Self.settings, now: Self.later(902)).answer == .pass)
            let entries = try await table.greylistEntries(GreylistFilter(), after: nil, limit: 10)
            #expect(entries.map(\.state) == [.passed] && entries.first?.triplet == Self.triplet())
            let before = try await table.greylistRevision()
            #expect(try await table.deleteGreylistEntries(entries.map(\.identifier), audit: Self.audit(test)) == 1)
            #expect(try await table.greylistRevision() > before)
            #expect(try await table.decide(Self.triplet(), Self.settings, now: Self.later(903)).change == .begin)
        }
    }

    @Test func `many who ask at once are all answered, and one triplet is one row`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.greylist
            let answers = try await withThrowingTaskGroup(of: GreylistDecision.self) { group in
                for number in 0..<400 {
                    group.addTask { try await table.decide(Self.triplet(number % 100), Self.settings, now: .now()) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 400 && answers.allSatisfy { $0.answer != .pass })
            #expect(try await test.number("select count(*) from greylist") == 100)
        }
    }

    @Test func `pages follow each other by first sight, filtered by state and text`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.greylist
            for number in 0..<5 { _ = try await table.decide(Self.triplet(number), Self.settings, now: Self.later(number)) }
            _ = try await table.decide(Self.triplet(0), Self.settings, now: Self.later(1_000))
            var filter = GreylistFilter()
            let first = try await table.greylistEntries(filter, after: nil, limit: 3)
            let last = try #require(first.last)
            let second = try await table.greylistEntries(filter, after: GreylistCursor(last), limit: 3)
            #expect((first + second).map(\.triplet) == [4, 3, 2, 1, 0].map(Self.triplet))
            filter.state = .passed
            #expect(try await table.greylistEntries(filter, after: nil, limit: 10).map(\.triplet) == [Self.triplet(0)])
            filter.state = nil
            filter.text = "SOMEONE3@"
            #expect(try await table.greylistEntries(filter, after: nil, limit: 10).map(\.triplet) == [Self.triplet(3)])
        }
    }

    @Test func `maintenance removes what has expired`() async throws {
        try await TestDatabase.with { test in
            _ = try await test.database.greylist.decide(Self.triplet(1), Self.settings, now: Self.later(-400_000))
            _ = try await test.database.greylist.decide(Self.triplet(2), Self.settings, now: .now())
            let store = test.database.maintenance
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            let batch = try await store.removeBatch(.greylist, before: .now(), after: nil, in: "2026-11-27")
            #expect(batch.removed == 1 && batch.next == nil)
            #expect(try await test.number("select count(*) from greylist") == 1)
        }
    }
}
