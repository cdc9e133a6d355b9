import Cluster
import Firebird
import FirebirdTestKit
import Logging
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

/// The primary role in the database.
@Suite struct PrimaryRoleTests {
    private static let one = Incarnation(node: NodeID(.fresh()), number: 1)
    private static let two = Incarnation(node: NodeID(.fresh()), number: 1)

    @Test(arguments: TestPlace.allCases) func `each taking raises the epoch, and an earlier holder raises nothing more`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            let store = test.database.primaryRole
            let fresh = try await store.primaryRecord()
            #expect(fresh.holder == nil && fresh.lastHolder == nil && fresh.epoch == 0)
            #expect(try await store.take(fresh, by: Self.one) == 1)
            #expect(try await store.raise(1, by: Self.one))
            let seen = try await store.primaryRecord()
            #expect(seen.holder == Self.one && seen.counter == fresh.counter + 2)
            #expect(try await store.take(seen, by: Self.two) == 2)
            #expect(try await store.raise(1, by: Self.one) == false)
        }
    }

    @Test func `only its holder gives the role back, and it stays known who had it last`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.primaryRole
            let epoch = try #require(try await store.take(try await store.primaryRecord(), by: Self.one))
            try await store.giveBack(epoch, by: Self.two)
            #expect(try await store.primaryRecord().holder == Self.one)
            try await store.giveBack(epoch, by: Self.one)
            let given = try await store.primaryRecord()
            #expect(given.holder == nil && given.lastHolder == Self.one.node)
            #expect(try await store.raise(epoch, by: Self.one) == false)
        }
    }

    @Test func `who has seen the role before the holder's last sign of life does not get it`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.primaryRole
            _ = try await store.take(try await store.primaryRecord(), by: Self.one)
            let seen = try await store.primaryRecord()
            _ = try await store.raise(1, by: Self.one)
            #expect(try await store.take(seen, by: Self.two) == nil)
            #expect(try await store.primaryRecord().holder == Self.one)
        }
    }

    @Test(arguments: TestPlace.allCases) func `of many nodes that find it free one gets it`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            let store = test.database.primaryRole
            let seen = try await store.primaryRecord()
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await store.take(seen, by: Incarnation(node: NodeID(.fresh()), number: 1)) != nil }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
            #expect(try await store.primaryRecord().epoch == 1)
        }
    }

    @Test func `a role that goes to another node is in the audit log, and one taken again by the same is not`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.primaryRole
            for node in [Self.one, Self.one, Self.two] { _ = try await store.take(try await store.primaryRecord(), by: node) }
            #expect(try await test.number("select count(*) from audit where action = 'primary.take'") == 1)
        }
    }

    @Test func `a designated node that is stopped or unknown is not in service`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.primaryRole
            let audit = AuditEntry(actor: .node, node: test.node, action: "primary.designate", target: "a")
            let incarnation = try await test.database.nodes.beginIncarnation(of: Self.one.node, name: "a", version: "1")
            try await store.designate(incarnation.node, audit: audit)
            let there = try await store.primaryRecord()
            #expect(there.designated == incarnation.node && there.isDesignatedInService)
            try await test.execute("update node set is_stopped = true")
            #expect(try await store.primaryRecord().isDesignatedInService == false)
            try await store.designate(NodeID(.fresh()), audit: AuditEntry(actor: .node, node: test.node, action: "a.b", target: "a"))
            #expect(try await store.primaryRecord().isDesignatedInService == false)
        }
    }

    @Test(arguments: TestPlace.allCases) func `cutting off a silent holder spares the connections of one's own process`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            let store = test.database.primaryRole
            _ = try await store.take(try await store.primaryRecord(), by: Self.one)
            try await store.cutOff(Self.one.node)
            #expect(try await store.raise(1, by: Self.one))
        }
    }

    @Test(arguments: TestPlace.allCases) func `a task of a paused primary is refused although it believes to be one`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            let store = test.database.primaryRole
            let duty = PrimaryDuty()
            var fenced = test.database.maintenance
            fenced.fence = PrimaryFence(duty: duty, node: test.node)
            let maintenance = fenced
            let begun = ContinuousClock.now
            let own = Incarnation(node: test.node, number: 1)
            duty.confirm(try #require(try await store.take(try await store.primaryRecord(), by: own)), begunAt: begun)
            #expect(try await maintenance.beginMaintenance("2026-01-01") == .begun)
            // Another node takes over while this one sleeps; its clock has not told it yet.
            _ = try await store.take(try await store.primaryRecord(), by: Self.two)
            duty.confirm(1, begunAt: .now)
            await #expect(throws: MessageLogError.unavailable(cause: "this node is not the primary")) {
                try await maintenance.removeBatch(.auditEntries, before: .now(), after: nil, in: "2026-01-01")
            }
        }
    }

    @Test func `a node without the role begins no task, and a new primary goes on with what the old one began`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.primaryRole
            let duty = PrimaryDuty()
            #expect(try await test.database.maintenance.beginMaintenance("2026-01-01") == .begun)
            try await test.execute("update maintenance_run set node_id = \(Self.two.node)")
            var maintenance = test.database.maintenance
            maintenance.fence = PrimaryFence(duty: duty, node: test.node)
            let fenced = maintenance
            await #expect(throws: MessageLogError.self) { try await fenced.beginMaintenance("2026-01-01") }
            let own = Incarnation(node: test.node, number: 1)
            let begun = ContinuousClock.now
            duty.confirm(try #require(try await store.take(try await store.primaryRecord(), by: own)), begunAt: begun)
            #expect(try await fenced.beginMaintenance("2026-01-01") == .begun)
        }
    }
}
