import Cluster
import Delivery
import Firebird
import FirebirdTestKit
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

/// Rolled-up figures and the most frequent addresses.
@Suite struct StatisticsTests {
    /// 2026-11-27T12:34:56Z.
    private static let time = UTCTime(milliseconds: 1_795_782_896_000)

    private static func figures(_ test: TestDatabase, _ period: StatisticsPeriod, _ direction: MailDirection? = nil) async throws
        -> [MailFigure]
    {
        try await test.database.statistics.mailFigures(
            period, from: StatisticsPeriod.month.start(of: time), until: StatisticsPeriod.month.start(1, after: time), direction: direction)
    }

    private static func figure(_ period: StatisticsPeriod, _ result: MessageResult, _ messages: Int, at time: UTCTime = time) -> MailFigure
    {
        MailFigure(
            start: period.start(of: time), direction: .inbound, result: result, messages: messages, sizeBytes: 10_240 * messages)
    }

    @Test(arguments: TestPlace.allCases) func `mail is counted by hour, day and month with the batch that writes it`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let hourLater = Self.time.advanced(by: .seconds(3600))
                for time in [Self.time, Self.time, hourLater] {
                    try await writer.enqueue(try Samples.submission(node: test.node, receivedAt: time), deadline: .seconds(20))
                }
                writer.record(Samples.entry(node: test.node, result: .refused, receivedAt: Self.time), recipients: [])
                try await writer.beat(settingsRevision: .none)
                #expect(
                    try await Self.figures(test, .hour) == [
                        Self.figure(.hour, .accepted, 2), Self.figure(.hour, .refused, 1), Self.figure(.hour, .accepted, 1, at: hourLater),
                    ])
                for period in [StatisticsPeriod.day, .month] {
                    #expect(
                        try await Self.figures(test, period) == [Self.figure(period, .accepted, 3), Self.figure(period, .refused, 1)])
                }
                #expect(try await Self.figures(test, .hour, .outbound).isEmpty)
            }
        }
    }

    @Test func `figures of all nodes add up`() async throws {
        try await TestDatabase.with { test in
            for node in [test.node, NodeID(.fresh())] {
                try await test.withWriter(node: node) { writer in
                    try await writer.enqueue(try Samples.submission(node: node, receivedAt: Self.time), deadline: .seconds(20))
                }
            }
            #expect(try await test.number("select count(*) from mail_figure where period_name = 'day'") == 2)
            #expect(try await Self.figures(test, .day) == [Self.figure(.day, .accepted, 2)])
        }
    }

    @Test func `a withdrawn message counts as put off`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node, receivedAt: Self.time)
                try await writer.enqueue(submission, deadline: .seconds(20))
                writer.submit(unattended: .withdrawal(submission.message.identifier))
                try await writer.beat(settingsRevision: .none)
                #expect(try await Self.figures(test, .hour) == [Self.figure(.hour, .accepted, 0), Self.figure(.hour, .postponed, 1)])
            }
        }
    }

    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func `a batch whose commit was not answered is counted once`(_ wasCommitted: Bool, _ isCareful: Bool) async throws {
        try await TestDatabase.with { test in
            let incarnation = try await test.database.nodes.beginIncarnation(of: test.node, name: "test", version: "1.0")
            let item = WriterItem(unattended: .submission(try Samples.submission(node: test.node, receivedAt: Self.time)))
            let batch = WriterBatch(
                identifier: .fresh(), holder: incarnation, items: [item], settingsRevision: .none, isCareful: isCareful, time: .now(),
                written: LastResult())
            struct Broken: Error {}
            let pool = test.database.sessions.requests
            // The first answer never arrives.
            _ = try? await pool.transaction { transaction in
                _ = try batch.write(transaction)
                if !wasCommitted { throw Broken() }
            }
            _ = try await pool.transaction { try batch.write($0) }
            #expect(try await Self.figures(test, .month) == [Self.figure(.month, .accepted, 1)])
        }
    }

    @Test func `a row that is refused is not counted, and its neighbours are`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let known = try Samples.submission(node: test.node, receivedAt: Self.time)
                try await writer.enqueue(known, deadline: .seconds(20))
                // Its key is there already.
                writer.record(
                    Samples.entry(known.message.identifier, node: test.node, result: .refused, receivedAt: Self.time), recipients: [])
                writer.record(Samples.entry(node: test.node, result: .refused, receivedAt: Self.time), recipients: [])
                try await writer.beat(settingsRevision: .none)
                #expect(try await Self.figures(test, .hour) == [Self.figure(.hour, .accepted, 1), Self.figure(.hour, .refused, 1)])
            }
        }
    }

    @Test func `mail is accepted when it cannot be counted`() async throws {
        try await TestDatabase.with { test in
            try await test.execute("create exception no_counting 'no'")
            try await test.execute(
                "create trigger no_counting for mail_figure before insert as begin exception no_counting; end")
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                try await writer.enqueue(submission, deadline: .seconds(20))
                #expect(try await test.queued(submission.message.identifier) == 1)
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `the most frequent addresses are written and added up over nodes`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            for node in [test.node, NodeID(.fresh())] {
                try await test.withWriter(node: node) { writer in
                    for recipients in [["Busy@example.com", "rare@example.com"], ["busy@example.com"]] {
                        let submission = try Samples.submission(to: recipients, node: node, receivedAt: Self.time)
                        try await writer.enqueue(submission, deadline: .seconds(20))
                    }
                }
            }
            let store = test.database.statistics
            func asked(_ side: CorrespondentSide, limit: Int = 10) -> CorrespondentQuery {
                CorrespondentQuery(
                    side: side, direction: .inbound, from: Self.time, until: Self.time.advanced(by: .seconds(1)), limit: limit)
            }
            #expect(
                try await store.correspondents(asked(.recipient)) == [
                    Correspondent(address: "busy@example.com", messages: 4, sizeBytes: 40_960),
                    Correspondent(address: "rare@example.com", messages: 2, sizeBytes: 20_480),
                ])
            #expect(try await store.correspondents(asked(.recipient, limit: 1)).map(\.address) == ["busy@example.com"])
            #expect(try await store.correspondents(asked(.sender)).map(\.messages) == [4])
        }
    }

    @Test func `figures and addresses are read along their keys`() async throws {
        try await TestDatabase.with { test in
            let queries = [
                StatisticsTable.figuresQuery(.hour, from: Self.time, until: Self.time, direction: .inbound),
                StatisticsTable.correspondentsQuery(
                    CorrespondentQuery(side: .sender, direction: nil, from: Self.time, until: Self.time, limit: 10)),
                QueueAdministrationTable.dueQuery(at: Self.time, upTo: 10),
            ]
            for query in queries {
                let plan = try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { try $0.plan(of: query) }
                #expect(!plan.isEmpty && !plan.contains("NATURAL"), "\(plan)")
            }
        }
    }

    @Test func `a very long queue is counted to its bound only`() async throws {
        try await TestDatabase.with { test in
            try await test.execute(
                """
                execute block as declare i integer = 0; begin
                    while (i < 50) do begin
                        insert into queue (message_id, ordinal, holder, incarnation, is_held, due_at, claim_number, attempts,
                            is_delay_reported, changed_at, changed_by)
                        values (x'00000000000000000000000000000001', :i, x'00000000000000000000000000000000', 0, false,
                            iif(mod(:i, 2) = 0, 0, 9000000000000000), 0, 0, false, 0, x'00000000000000000000000000000001');
                        i = i + 1;
                    end
                end
                """)
            var queue = test.database.queueAdministration
            #expect(try await queue.queueSize() == (50, 25))
            queue.countedEntries = 20
            #expect(try await queue.queueSize() == (20, 20))
        }
    }
}
