import Cluster
import Delivery
import Firebird
import FirebirdTestKit
import MessageLog
import Settings
import Synchronization
import Testing

@testable import GatewayDatabase

@Suite(.serialized) struct FailureTests {
    /// Counts what was answered how.
    private final class Ledger: Sendable {
        let accepted = Mutex<Set<RecordIdentifier>>([])
        let refused = Mutex<Set<RecordIdentifier>>([])

        func submit(_ submission: QueueSubmission, to writer: NodeWriter, deadline: Duration) async {
            let identifier = submission.message.identifier
            do throws(DeliveryQueueError) {
                try await writer.enqueue(submission, deadline: deadline)
                _ = accepted.withLock { $0.insert(identifier) }
            } catch {
                _ = refused.withLock { $0.insert(identifier) }
            }
        }
    }

    @Test func `a killed server loses nothing that was answered and keeps nothing that was not`() async throws {
        let server = try await TestServer.started(called: "killed")
        try await TestDatabase.with(server.freshConnection()) { test in
            try await test.withWriter { writer in
                let ledger = Ledger()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<40 {
                                await ledger.submit(try Samples.submission(node: test.node), to: writer, deadline: .seconds(30))
                            }
                        }
                    }
                    for _ in 0..<3 {
                        let before = ledger.accepted.withLock(\.count)
                        while ledger.accepted.withLock(\.count) < min(before + 20, 300) { try await Task.sleep(for: .milliseconds(1)) }
                        server.kill()
                        try await server.start()
                    }
                    try await group.waitForAll()
                }
                try await writer.beat(settingsRevision: .none)
                let accepted = ledger.accepted.withLock { $0 }
                #expect(accepted.count == 320)
                #expect(try await test.number("select count(*) from queue") == 320)
                #expect(try await test.number("select count(*) from message") == 320)
            }
        }
        server.kill()
    }

    @Test func `while the database is away callers have their answer at the deadline, and afterwards all goes on`() async throws {
        let server = try await TestServer.started(called: "away")
        try await TestDatabase.with(server.freshConnection()) { test in
            try await test.withWriter { writer in
                try await writer.enqueue(try Samples.submission(node: test.node), deadline: .seconds(20))
                server.kill()
                let begun = ContinuousClock.now
                await #expect(throws: DeliveryQueueError.self) {
                    try await writer.enqueue(try Samples.submission(node: test.node), deadline: .milliseconds(300))
                }
                #expect(begun.duration(to: .now) < .seconds(60))
                writer.record(Samples.entry(node: test.node, result: .postponed), recipients: [])
                try await server.start()
                try await writer.enqueue(try Samples.submission(node: test.node), deadline: .seconds(60))
                #expect(try await test.number("select count(*) from queue") == 2)
                #expect(try await test.number("select count(*) from message where result = 'postponed'") == 1)
            }
        }
        server.kill()
    }

    @Test func `what was committed after its caller had gone is withdrawn`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                try await writer.enqueue(submission, deadline: .seconds(20))
                writer.submit(unattended: .withdrawal(submission.message.identifier))
                try await writer.beat(settingsRevision: .none)
                #expect(try await test.queued(submission.message.identifier) == 0)
                let details = try #require(try await test.database.messageLog.details(of: submission.message.identifier))
                #expect(details.record.entry.result == .postponed)
                #expect(details.record.recipients.map(\.state) == [.refused])
            }
        }
    }

    /// Locks the node's row, as a paused process may, runs `body`, and lets go.
    private static func holdingNodeRow(_ test: TestDatabase, _ body: () async throws -> Void) async throws {
        let stranger = FirebirdConnection(configuration: test.database.configuration)
        let (isLocked, locked) = AsyncStream.makeStream(of: Void.self)
        let mayEnd = Mutex(false)
        async let holding: Void = stranger.transaction { transaction in
            try transaction.execute("update node set name = 'held'")
            locked.yield()
            while !mayEnd.withLock({ $0 }) { _ = try transaction.queryOne("select 1 from rdb$database") }
        }
        for await _ in isLocked { break }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        mayEnd.withLock { $0 = true }
        try await holding
        await stranger.close()
        try result.get()
    }

    @Test func `a held row of the node stops the writer only until it is free`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                let written = Mutex<Task<Void, any Error>?>(nil)
                let counted = Mutex(-1)
                try await Self.holdingNodeRow(test) {
                    // Awaited below.
                    written.withLock { $0 = Task { try await writer.enqueue(submission, deadline: .seconds(30)) } }
                    let count = try await test.number("select count(*) from message")
                    counted.withLock { $0 = count }
                }
                try await written.withLock { $0 }?.value
                #expect(counted.withLock { $0 } == 0)
                #expect(try await test.number("select count(*) from message") == 1)
            }
        }
    }

    @Test func `what could not be begun before its deadline is never written`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                try await Self.holdingNodeRow(test) {
                    await #expect(throws: DeliveryQueueError.self) {
                        try await writer.enqueue(try Samples.submission(node: test.node), deadline: .milliseconds(200))
                    }
                }
                try await writer.beat(settingsRevision: .none)
                #expect(try await test.number("select count(*) from message") == 0)
            }
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `an error that is not the row's own is answered as unavailable and costs the others nothing`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await test.execute(
                """
                create trigger trouble for queue before delete as
                declare ignored integer;
                begin
                    if (old.ordinal = 1) then ignored = rdb$set_context('NO_SUCH_PLACE', 'name', 'value');
                end
                """)
            try await test.withWriter { writer in
                let submission = try Samples.submission(to: ["a@example.com", "b@example.com"], node: test.node)
                let message = submission.message.identifier
                try await writer.enqueue(submission, deadline: .seconds(20))
                await #expect {
                    _ = try await writer.record(Samples.delivered(message, ordinals: [1], node: test.node))
                } throws: { error in
                    if case DeliveryQueueError.unavailable = error { true } else { false }
                }
                #expect(try await writer.record(Samples.delivered(message, ordinals: [0], node: test.node)).lost.isEmpty)
                #expect(try await test.queued(message) == 1)
            }
        }
    }

    @Test func `a stop while the database is away ends with its deadline, whatever waits`() async throws {
        let server = try await TestServer.started(called: "stopping")
        let node = NodeID(.fresh())
        let database = try await TestDatabase.open(server.freshConnection(), node: node)
        let incarnation = try await database.nodes.beginIncarnation(of: node, name: "test", version: "1.0")
        var limits = WriterLimits()
        limits.itemsPerBatch = 1
        limits.closingDeadline = .milliseconds(500)
        let writer = database.beginWriting(as: incarnation, heartbeat: ConfirmedHeartbeat(), limits: limits)
        try await writer.beat(settingsRevision: .none)
        server.kill()
        for _ in 0..<600 { writer.record(Samples.entry(node: node, result: .postponed), recipients: []) }
        let begun = ContinuousClock.now
        await writer.close()
        // Six hundred batches with half a second each would take five minutes.
        #expect(begun.duration(to: .now) < .seconds(60))
        await #expect(throws: DeliveryQueueError.self) {
            try await writer.enqueue(try Samples.submission(node: node), deadline: .seconds(20))
        }
        await database.close()
    }

    @Test func `more than may wait is refused at once and surplus log rows are dropped`() async throws {
        var backlog = WriterBacklog()
        for _ in 0..<100 {
            backlog.append(WriterItem(unattended: .refusal(RefusedMessage(entry: Samples.entry(node: NodeID(.fresh())), recipients: []))))
        }
        backlog.append(WriterItem(unattended: .beat(NodeFigures())))
        #expect(backlog.trimRefusals(to: 100) == 0)
        #expect(backlog.trimRefusals(to: 50) == 55)
        #expect(backlog.count == 46)
        var limits = WriterLimits()
        limits.itemsPerBatch = 10
        #expect(backlog.takeBatch(limits).count == 10)
        limits.rowsPerBatch = 1
        #expect(backlog.takeBatch(limits).count == 1)
        #expect(backlog.count == 35)
    }
}

@Suite struct BatchCourseTests {
    private static func error(_ kind: FirebirdError.Kind) -> FirebirdError { FirebirdError(kind, "test") }

    @Test(arguments: [FirebirdError.Kind.connectionLost, .commitOutcomeUnknown, .cannotConnect, .conflict, .deadlineExceeded])
    func `what passes by itself is tried again with growing pauses`(_ kind: FirebirdError.Kind) {
        var course = BatchCourse(limits: WriterLimits())
        for _ in 0..<20 {
            guard case .again(let pause?) = course.next(after: Self.error(kind), closingSince: nil) else {
                Issue.record("given up")
                return
            }
            #expect(pause <= WriterLimits().longestPause)
        }
        #expect(!course.isCareful)
    }

    @Test func `a row's fault is tried again with care, once`() {
        var course = BatchCourse(limits: WriterLimits())
        #expect(course.next(after: Self.error(.duplicateKey), closingSince: nil) == .again(pause: nil))
        #expect(course.isCareful)
        #expect(course.next(after: Self.error(.duplicateKey), closingSince: nil) == .giveUp)
    }

    @Test(arguments: [FirebirdError.Kind.other, .accessDenied, .invalidStatement, .raisedException])
    func `what is neither is tried again with care and then waited for`(_ kind: FirebirdError.Kind) {
        var course = BatchCourse(limits: WriterLimits())
        #expect(course.next(after: Self.error(kind), closingSince: nil) == .again(pause: nil))
        #expect(course.isCareful && !Self.error(kind).isOfTheRow)
        guard case .again(let pause) = course.next(after: Self.error(kind), closingSince: nil) else {
            Issue.record("given up")
            return
        }
        #expect(pause != nil)
    }

    @Test func `a stop waits for the database only so long, all batches together`() {
        let begun = ContinuousClock.now
        for age in [Duration.zero, .seconds(9)] {
            var course = BatchCourse(limits: WriterLimits())
            guard case .again = course.next(after: Self.error(.cannotConnect), closingSince: begun, now: begun + age) else {
                Issue.record("given up too early")
                return
            }
        }
        var last = BatchCourse(limits: WriterLimits())
        #expect(last.next(after: Self.error(.cannotConnect), closingSince: begun, now: begun + .seconds(11)) == .giveUp)
    }
}
