import Cluster
import Delivery
import Firebird
import FirebirdTestKit
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct NodeWriterTests {
    @Test(arguments: TestPlace.allCases) func `an accepted message is in the log and in the queue when enqueue returns`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(to: ["a@example.com", "b@example.com"], node: test.node)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let details = try #require(try await test.database.messageLog.details(of: submission.message.identifier))
                #expect(details.record.entry == submission.log)
                #expect(details.record.recipients.map(\.address) == ["a@example.com", "b@example.com"])
                #expect(details.record.recipients.allSatisfy { $0.state == .queued })
                #expect(try await test.queued(submission.message.identifier) == 2)
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `many submissions at once share a few commits`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let submissions = try (0..<300).map { _ in try Samples.submission(node: test.node) }
                try await withThrowingTaskGroup { group in
                    for submission in submissions { group.addTask { try await writer.enqueue(submission, deadline: .seconds(60)) } }
                    try await group.waitForAll()
                }
                #expect(try await test.number("select count(*) from message") == 300)
                #expect(try await test.number("select count(*) from queue") == 300)
                #expect(try await test.number("select max(counter) from node") < 100)
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `a delivered recipient leaves the queue and its history stays`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(to: ["a@example.com", "b@example.com"], node: test.node)
                let message = submission.message.identifier
                try await writer.enqueue(submission, deadline: .seconds(20))
                let first = try await writer.record(Samples.delivered(message, ordinals: [0], node: test.node))
                #expect(first == DeliveryRecordResult(lost: [], isContentFree: false))
                let second = try await writer.record(Samples.delivered(message, ordinals: [1], node: test.node))
                #expect(second == DeliveryRecordResult(lost: [], isContentFree: true))
                let again = try await writer.record(Samples.delivered(message, ordinals: [1], node: test.node))
                #expect(again.lost == [1])
                let details = try #require(try await test.database.messageLog.details(of: message))
                #expect(details.record.recipients.map(\.state) == [.delivered, .delivered])
                #expect(details.events.map(\.kind) == [.delivered, .delivered])
                #expect(details.record.recipients[0].reason == "250 2.0.0 Ok: queued as 4711")
            }
        }
    }

    @Test func `a whole message's content is free with its last row, but not when a row is another's by then`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let whole = Samples.delivered(submission.message.identifier, isWhole: true, node: test.node)
                #expect(try await writer.record(whole) == DeliveryRecordResult(lost: [], isContentFree: true))
                let taken = try Samples.submission(node: test.node)
                try await writer.enqueue(taken, deadline: .seconds(20))
                try await test.execute("update queue set incarnation = 99 where message_id = \(taken.message.identifier)")
                let late = Samples.delivered(taken.message.identifier, isWhole: true, node: test.node)
                #expect(try await writer.record(late) == DeliveryRecordResult(lost: [0], isContentFree: false))
            }
        }
    }

    @Test func `a deferred recipient is free, due later and has one attempt more`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                let message = submission.message.identifier
                try await writer.enqueue(submission, deadline: .seconds(20))
                let later = UTCTime.now().advanced(by: .seconds(300))
                let outcome = Samples.outcome(message, .deferred(nextAttemptAt: later, isDelayReported: true), node: test.node)
                let result = try await writer.record(DeliveryRecord(message: message, outcomes: [outcome]))
                #expect(result == DeliveryRecordResult(lost: [], isContentFree: false))
                let entry = try #require(try await test.database.queueAdministration.queue(containing: "", after: nil, limit: 10).first)
                #expect(entry.attempts == 1 && entry.nextAttemptAt == later && entry.holder == nil)
                #expect(try await writer.claimDue(limit: 10).isEmpty)
                try await test.execute("update queue set due_at = 0")
                let lease = try #require(try await writer.claimDue(limit: 10).first)
                #expect(lease.recipients[0].attempts == 1 && lease.recipients[0].isDelayReported)
                // The outcome of the attempt before no longer fits.
                #expect(try await writer.record(Samples.delivered(message, attempts: 0, node: test.node)).lost == [0])
                #expect(try await writer.record(Samples.delivered(message, attempts: 1, node: test.node)).lost.isEmpty)
            }
        }
    }

    @Test func `a given back recipient is due at once, without an event`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let outcome = Samples.outcome(submission.message.identifier, .givenBack, node: test.node)
                _ = try await writer.record(DeliveryRecord(message: submission.message.identifier, outcomes: [outcome]))
                let lease = try #require(try await writer.claimDue(limit: 10).first)
                #expect(lease.recipients.map(\.address) == submission.recipients.map(\.address))
                #expect(lease.recipients[0].attempts == 1)
                #expect(try await test.number("select count(*) from delivery_event") == 0)
            }
        }
    }

    @Test func `a giving back that is repeated cannot free a row that was claimed again meanwhile`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                let message = submission.message.identifier
                try await writer.enqueue(submission, deadline: .seconds(20))
                let record = DeliveryRecord(message: message, outcomes: [Samples.outcome(message, .givenBack, node: test.node)])
                #expect(try await writer.record(record).lost.isEmpty)
                let lease = try #require(try await writer.claimDue(limit: 10).first)
                #expect(try await writer.record(record).lost == [0])
                #expect(try await writer.claimDue(limit: 10).isEmpty)
                let delivered = Samples.delivered(message, attempts: lease.recipients[0].attempts, node: test.node)
                #expect(try await writer.record(delivered).lost.isEmpty)
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `a second incarnation stops the first one's writer`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { old in
                try await old.beat(settingsRevision: .none)
                let held = try Samples.submission(node: test.node)
                try await old.enqueue(held, deadline: .seconds(20))
                try await test.withWriter { new in
                    let late = try Samples.submission(node: test.node)
                    await #expect(throws: DeliveryQueueError.declaredDead) { try await old.enqueue(late, deadline: .seconds(20)) }
                    await #expect(throws: DeliveryQueueError.declaredDead) {
                        _ = try await old.record(Samples.delivered(held.message.identifier, node: test.node))
                    }
                    await #expect(throws: NodeRegistryError.declaredDead) { try await old.beat(settingsRevision: .none) }
                    await #expect(throws: DeliveryQueueError.declaredDead) { _ = try await old.claimDue(limit: 1) }
                    #expect(try await test.queued(late.message.identifier) == 0)
                    let leases = try await new.claimDue(limit: 10)
                    #expect(leases.map(\.message) == [held.message])
                    #expect(leases.map(\.recipients) == [held.recipients])
                }
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `a row the database refuses does not cost the others theirs`(_ place: TestPlace) async throws
    {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let known = try Samples.submission(node: test.node)
                try await writer.enqueue(known, deadline: .seconds(20))
                let good = try (0..<40).map { _ in try Samples.submission(node: test.node) }
                let results = await withTaskGroup(of: Bool.self) { group in
                    for submission in good + [known] {
                        group.addTask { (try? await writer.enqueue(submission, deadline: .seconds(60))) != nil }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(results == 40)
                await #expect(throws: DeliveryQueueError.self) { try await writer.enqueue(known, deadline: .seconds(20)) }
                #expect(try await test.number("select count(*) from message") == 41)
                #expect(try await test.number("select count(*) from queue") == 41)
                #expect(try await test.number("select count(*) from recipient") == 41)
            }
        }
    }

    @Test func `the culprit of a batch is told that it is refused`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let known = try Samples.submission(node: test.node)
                try await writer.enqueue(known, deadline: .seconds(20))
                do throws(DeliveryQueueError) {
                    try await writer.enqueue(known, deadline: .seconds(20))
                    Issue.record("it was accepted twice")
                } catch {
                    guard case .refused = error else { throw error }
                }
            }
        }
    }

    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func `a batch whose commit was not answered is not written twice`(_ wasCommitted: Bool, _ isCareful: Bool) async throws {
        try await TestDatabase.with { test in
            let incarnation = try await test.database.nodes.beginIncarnation(of: test.node, name: "test", version: "1.0")
            let submission = try Samples.submission(node: test.node)
            let item = WriterItem(unattended: .submission(submission))
            let batch = WriterBatch(
                identifier: .fresh(), holder: incarnation, items: [item], settingsRevision: .none, isCareful: isCareful, time: .now(),
                written: LastResult())
            struct Broken: Error {}
            let pool = test.database.sessions.requests
            // Both times the writer hears nothing; only once it was committed.
            _ = try? await pool.transaction { transaction in
                _ = try batch.write(transaction)
                if !wasCommitted { throw Broken() }
            }
            let result = try await pool.transaction { try batch.write($0) }
            #expect(result.answers.count == 1)
            #expect(try await test.number("select count(*) from queue") == 1)
            #expect(try await test.number("select counter from node") == (wasCommitted ? 2 : 1))
        }
    }

    @Test func `a report is queued only together with all outcomes it reports`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(to: ["a@example.com", "b@example.com"], node: test.node)
                let message = submission.message.identifier
                try await writer.enqueue(submission, deadline: .seconds(20))
                let report = try Samples.submission(to: ["sender@example.net"], from: "", node: test.node, isHeld: false)
                _ = try await writer.record(Samples.delivered(message, ordinals: [1], node: test.node))
                let outcomes = [0, 1].map { Samples.outcome(message, ordinal: $0, .finished(.failed), node: test.node) }
                let result = try await writer.record(
                    DeliveryRecord(
                        message: message, outcomes: outcomes, report: report, reportEvents: [Samples.reported(message, test.node)]))
                #expect(result == DeliveryRecordResult(lost: [1], isContentFree: true))
                #expect(try await test.queued(report.message.identifier) == 0)

                let second = try Samples.submission(node: test.node)
                try await writer.enqueue(second, deadline: .seconds(20))
                let failure = Samples.outcome(second.message.identifier, .finished(.failed), node: test.node)
                let told = Samples.reported(second.message.identifier, test.node)
                let done = try await writer.record(
                    DeliveryRecord(message: second.message.identifier, outcomes: [failure], report: report, reportEvents: [told]))
                #expect(done == DeliveryRecordResult(lost: [], isContentFree: true))
                #expect(try await test.queued(report.message.identifier) == 1)
                #expect(try await writer.claimDue(limit: 5).map(\.message) == [report.message])
                let log = test.database.messageLog
                #expect(try await log.details(of: message)?.events.contains { $0.kind == .reported } == false)
                #expect(try await log.details(of: second.message.identifier)?.events.contains { $0.kind == .reported } == true)
            }
        }
    }

    @Test func `giving everything back frees only this incarnation's rows`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                try await test.withWriter(node: NodeID(.fresh())) { other in
                    for _ in 0..<3 { try await writer.enqueue(try Samples.submission(node: test.node), deadline: .seconds(20)) }
                    let kept = try Samples.submission(node: test.node)
                    try await other.enqueue(kept, deadline: .seconds(20))
                    try await writer.giveBackAll()
                    #expect(try await other.claimDue(limit: 10).count == 3)
                    #expect(try await test.queued(kept.message.identifier) == 1)
                }
            }
        }
    }

    @Test func `refused messages are logged without anybody waiting, and a stop writes what waits`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                for ordinal in 0..<5 {
                    let entry = Samples.entry(node: test.node, result: .refused)
                    writer.record(
                        entry,
                        recipients: [
                            RecipientLogEntry(
                                ordinal: 0, address: "x\(ordinal)@example.org", state: .refused, reason: "550 no", updatedAt: .now())
                        ])
                }
            }
            let page = try await test.database.messageLog.page(MessageLogFilter(), after: nil, limit: 10).records
            #expect(page.count == 5)
            #expect(page.allSatisfy { $0.entry.result == .refused && $0.recipients.first?.state == .refused })
            #expect(try await test.database.nodes.nodes().map(\.isStopped) == [true])
        }
    }

    @Test func `each committed batch is a confirmed heartbeat with the settings revision`() async throws {
        try await TestDatabase.with { test in
            let heartbeat = ConfirmedHeartbeat()
            try await test.withWriter(heartbeat: heartbeat) { writer in
                #expect(!heartbeat.isYoung)
                try await writer.beat(settingsRevision: SettingsRevision(7))
                #expect(heartbeat.isYoung)
                let node = try #require(try await test.database.nodes.nodes().first)
                #expect(node.settingsRevision == SettingsRevision(7) && node.counter == 1 && !node.isStopped)
            }
        }
    }

    @Test func `hostile texts come back as they were`() async throws {
        let subjects = [
            "it's \"quoted\"; drop table message --", "件名：見積書の件 髙﨑①", "emoji 👩‍👩‍👧‍👦 🏳️‍🌈", String(repeating: "長", count: 4_000),
            String(repeating: "x", count: 10_240), "combining e\u{301}\u{301}\u{301}", "\u{202E}right to left", "",
        ]
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                for subject in subjects {
                    let submission = try Samples.submission(subject: "a\u{0}b" + subject, node: test.node)
                    try await writer.enqueue(submission, deadline: .seconds(20))
                    let details = try #require(try await test.database.messageLog.details(of: submission.message.identifier))
                    #expect(details.record.entry == submission.log)
                }
            }
        }
    }

    @Test(arguments: [0, 1, 1_999, 2_000, 2_001, 10_000, 10_001, 16_000]) func `a prepended header of any length is claimed byte by byte`(
        _ count: Int
    ) async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let header = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let submission = try Samples.submission(header: header, node: test.node, isHeld: false)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let leases = try await writer.claimDue(limit: 10)
                #expect(leases.map(\.message) == [submission.message])
                #expect(leases.map(\.recipients) == [submission.recipients])
            }
        }
    }
}
