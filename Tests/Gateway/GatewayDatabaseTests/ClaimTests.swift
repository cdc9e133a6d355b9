import Cluster
import Delivery
import Firebird
import FirebirdTestKit
import Settings
import Synchronization
import Testing

@testable import GatewayDatabase

@Suite struct ClaimTests {
    @Test(arguments: TestPlace.allCases) func `four nodes that claim at once get each row exactly once`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let submissions = try (0..<400).map { _ in try Samples.submission(node: test.node, isHeld: false) }
                try await withThrowingTaskGroup { group in
                    for submission in submissions { group.addTask { try await writer.enqueue(submission, deadline: .seconds(60)) } }
                    try await group.waitForAll()
                }
                let taken = try await Self.claimAll(test, nodes: 4)
                #expect(taken.count == 400)
                #expect(Set(taken) == Set(submissions.map(\.message.identifier)))
            }
        }
    }

    /// Each node claims ten at a time until it gets nothing twice.
    private static func claimAll(_ test: TestDatabase, nodes: Int) async throws -> [RecordIdentifier] {
        try await withThrowingTaskGroup(of: [RecordIdentifier].self) { group in
            for _ in 0..<nodes {
                group.addTask {
                    var taken: [RecordIdentifier] = []
                    try await test.withWriter(node: NodeID(.fresh())) { claimer in
                        var emptyClaims = 0
                        while emptyClaims < 2 {
                            let leases = try await claimer.claimDue(limit: 10)
                            emptyClaims = leases.isEmpty ? emptyClaims + 1 : 0
                            taken += leases.map(\.message.identifier)
                        }
                    }
                    return taken
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    @Test func `rows come oldest first, grouped by message, at most as many as asked for`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let old = try Samples.submission(to: ["a@example.com", "b@example.com"], node: test.node, isHeld: false)
                let young = try Samples.submission(to: ["c@example.com", "d@example.com"], node: test.node, isHeld: false)
                for submission in [young, old] { try await writer.enqueue(submission, deadline: .seconds(20)) }
                try await test.execute("update queue set due_at = 1000 where message_id = \(old.message.identifier)")
                let first = try await writer.claimDue(limit: 3)
                #expect(first.map(\.message) == [old.message, young.message])
                #expect(first.map(\.recipients.count) == [2, 1])
                #expect(try await writer.claimDue(limit: 3).map(\.recipients.count) == [1])
                #expect(try await writer.claimDue(limit: 3).isEmpty)
                #expect(try await writer.claimDue(limit: 0).isEmpty)
            }
        }
    }

    @Test func `rows that are not due or on hold or in a living node's hand are not given`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                try await test.withWriter(node: NodeID(.fresh())) { other in
                    let held = try Samples.submission(node: test.node)
                    let free = try (0..<2).map { _ in try Samples.submission(node: test.node, isHeld: false) }
                    for submission in free + [held] { try await writer.enqueue(submission, deadline: .seconds(20)) }
                    let future = UTCTime.now().advanced(by: .seconds(3_600))
                    try await test.execute("update queue set due_at = \(future) where message_id = \(free[0].message.identifier)")
                    try await test.execute("update queue set is_held = true where message_id = \(free[1].message.identifier)")
                    #expect(try await other.claimDue(limit: 10).isEmpty)
                }
            }
        }
    }

    @Test func `the rows of an incarnation that is no more are taken before those that are merely due`() async throws {
        try await TestDatabase.with { test in
            let dead = NodeID(.fresh())
            try await test.withWriter { writer in
                let free = try Samples.submission(node: test.node, isHeld: false)
                let orphan = try Samples.submission(node: dead)
                try await writer.enqueue(free, deadline: .seconds(20))
                try await test.withWriter(node: dead) { old in
                    try await old.enqueue(orphan, deadline: .seconds(20))
                    // What declaring a node dead does.
                    try await test.execute("update node set incarnation = incarnation + 1 where id = \(dead)")
                }
                #expect(try await writer.claimDue(limit: 1).map(\.message) == [orphan.message])
                #expect(try await writer.claimDue(limit: 10).map(\.message) == [free.message])
            }
        }
    }

    @Test func `what a claim took whose answer was lost is freed by each later one, also if it was committed only then`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node, isHeld: false)
                try await writer.enqueue(submission, deadline: .seconds(20))
                try await test.execute("update queue set due_at = 0")
                writer.lostClaims.withLock { $0 = [LostClaim(number: 4711, until: .now + NodeWriter.lostClaimLifetime)] }
                // A claim that succeeds before the lost one's commit completes.
                #expect(try await writer.claimDue(limit: 10).map(\.message) == [submission.message])
                let back = Samples.outcome(submission.message.identifier, .givenBack, node: test.node)
                _ = try await writer.record(DeliveryRecord(message: submission.message.identifier, outcomes: [back]))
                let lost = QueueClaim(holder: writer.incarnation, number: 4711, limit: 10, time: .now())
                let taken = try await test.database.sessions.background.transaction { try lost.take($0) }
                #expect(taken.leases.count == 1)
                #expect(try await writer.claimDue(limit: 10).map(\.message) == [submission.message])
                #expect(try await writer.claimDue(limit: 10).isEmpty)
            }
        }
    }

    @Test func `a lost claim is forgotten when it is old`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let now = ContinuousClock.now
                writer.lostClaims.withLock {
                    $0 = [LostClaim(number: 1, until: now), LostClaim(number: 2, until: now + NodeWriter.lostClaimLifetime)]
                }
                let leases = try await writer.claimDue(limit: 10)
                #expect(leases.isEmpty)
                #expect(writer.lostClaims.withLock { $0.map(\.number) } == [2])
            }
        }
    }

    @Test func `a row that cannot be read is put on hold for an administrator`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let broken = try Samples.submission(node: test.node, isHeld: false)
                let whole = try Samples.submission(node: test.node, isHeld: false)
                for submission in [broken, whole] { try await writer.enqueue(submission, deadline: .seconds(20)) }
                try await test.execute("update recipient set address = 'no address' where message_id = \(broken.message.identifier)")
                #expect(try await writer.claimDue(limit: 10).map(\.message) == [whole.message])
                let entries = try await test.database.queueAdministration.queue(containing: "", after: nil, limit: 10)
                #expect(entries.filter(\.isHeldByAdministrator).map(\.message) == [broken.message.identifier])
            }
        }
    }

    @Test func `a claim's work does not grow with the queue`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let later = UTCTime.now().advanced(by: .seconds(3_600))
                try await test.execute(
                    """
                    execute block (later bigint = \(later), nobody char(16) character set octets = \(QueueRow.nobody)) as
                    declare i integer = 0;
                    begin
                        while (i < 5000) do begin
                            insert into queue (message_id, ordinal, holder, incarnation, is_held, due_at, claim_number, attempts,
                                is_delay_reported, changed_at, changed_by)
                            values (gen_uuid(), 0, :nobody, 0, mod(:i, 2) = 0, :later, 0, 0, false, 0, :nobody);
                            i = i + 1;
                        end
                    end
                    """)
                let submission = try Samples.submission(node: test.node, isHeld: false)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let claim = QueueClaim(holder: writer.incarnation, number: 1, limit: 10, time: .now())
                let connection = FirebirdConnection(configuration: test.database.configuration)
                let (count, reads) = try await connection.countingReads { try claim.take($0).leases.count }
                await connection.close()
                #expect(count == 1)
                #expect(reads < 500)
            }
        }
    }
}
