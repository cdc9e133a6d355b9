import Delivery
import Filtering
import Firebird
import FirebirdTestKit
import MessageLog
import Quarantine
import Settings
import Testing

@testable import GatewayDatabase

/// Removing what is old.
@Suite struct MaintenanceTests {
    private static let day: Int64 = 86_400_000

    /// Received so many days before now.
    private static func time(_ daysAgo: Int64) -> UTCTime { UTCTime(milliseconds: UTCTime.now().milliseconds - daysAgo * day) }

    private static func old(_ daysAgo: Int64, _ test: TestDatabase) -> MessageLogEntry {
        let at = time(daysAgo)
        return Samples.entry(RecordIdentifier(milliseconds: at.milliseconds), node: test.node, result: .refused, receivedAt: at)
    }

    /// Runs one step to its end.
    private static func removeAll(_ step: MaintenanceStep, before cutoff: UTCTime, _ store: MaintenanceTable) async throws -> Int {
        var removed = 0
        var position: RecordIdentifier?
        repeat {
            let batch = try await store.removeBatch(step, before: cutoff, after: position, in: "2026-11-27")
            removed += batch.removed
            position = batch.next
        } while position != nil
        return removed
    }

    @Test(arguments: TestPlace.allCases) func `old messages go with all their rows, what is queued and what is young stays`(
        _ place: TestPlace
    )
        async throws
    {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                for days in [40, 35, 31, 29] as [Int64] {
                    let recipient = RecipientLogEntry(ordinal: 0, address: "a@example.com", state: .refused, reason: "", updatedAt: .now())
                    writer.record(Self.old(days, test), recipients: [recipient])
                }
                let at = Self.time(50)
                let waiting = try Samples.submission(
                    node: test.node, isHeld: false, receivedAt: at, identifier: RecordIdentifier(milliseconds: at.milliseconds))
                try await writer.enqueue(waiting, deadline: .seconds(20))
                let delivered = try Samples.submission(
                    node: test.node, receivedAt: at, identifier: RecordIdentifier(milliseconds: at.milliseconds))
                try await writer.enqueue(delivered, deadline: .seconds(20))
                _ = try await writer.record(Samples.delivered(delivered.message.identifier, node: test.node))

                var store = test.database.maintenance
                store.messagesPerBatch = 2
                #expect(try await store.beginMaintenance("2026-11-27") == .begun)
                #expect(try await Self.removeAll(.messages, before: Self.time(30), store) == 4)
                #expect(try await test.number("select count(*) from message") == 2)
                #expect(try await test.number("select count(*) from recipient") == 2)
                #expect(try await test.number("select count(*) from delivery_event") == 0)
                #expect(try await test.queued(waiting.message.identifier) == 1)
                #expect(try await test.database.messageLog.details(of: waiting.message.identifier) != nil)
                let run = try #require(try await store.maintenanceRuns(limit: 5).first)
                #expect(run.removedMessages == 4 && run.state == .running && run.node == test.node)
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `a message in quarantine keeps its rows and its content, however old it is`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let at = Self.time(60)
                let submission = try Samples.submission(
                    to: ["a@example.com", "b@example.com"], node: test.node, isHeld: false, receivedAt: at,
                    identifier: RecordIdentifier(milliseconds: at.milliseconds))
                let message = submission.message.identifier
                try await writer.quarantine(
                    QuarantineSubmission(
                        submission: submission, kind: .administrator, reason: LocalizedText("Blocked.", ja: "禁止"), score: .zero),
                    deadline: .seconds(20))
                let quarantine = test.database.quarantine
                let store = test.database.maintenance
                #expect(try await store.beginMaintenance("2026-11-27") == .begun)
                #expect(try await Self.removeAll(.messages, before: Self.time(30), store) == 0)
                #expect(try await test.database.contentReferences.referenced([message]) == [message])
                #expect(try await test.database.messageLog.details(of: message)?.record.recipients.count == 2)
                #expect(try await quarantine.quarantinedMessage(message, of: .everybody)?.recipients.count == 2)

                let audit = AuditEntry(actor: .node, node: test.node, action: "quarantine.delete", target: "test")
                #expect(try await quarantine.discard([message], of: .everybody, audit: audit).done.count == 1)
                #expect(try await Self.removeAll(.messages, before: Self.time(30), store) == 1)
                #expect(try await test.database.messageLog.details(of: message) == nil)
            }
        }
    }

    @Test func `figures by hour go before those by day, those by month stay`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                writer.record(Self.old(100, test), recipients: [])
                writer.record(Self.old(1, test), recipients: [])
                try await writer.beat(settingsRevision: .none)
            }
            let store = test.database.maintenance
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            #expect(try await Self.removeAll(.hourFigures, before: Self.time(90), store) == 1)
            #expect(try await Self.removeAll(.dayFigures, before: Self.time(90), store) == 1)
            #expect(try await test.number("select sum(messages) from mail_figure where period_name = 'hour'") == 1)
            #expect(try await test.number("select sum(messages) from mail_figure where period_name = 'month'") == 2)
        }
    }

    @Test func `old audit entries and addresses go`() async throws {
        try await TestDatabase.with { test in
            for days in [800, 3] as [Int64] {
                let entry = AuditEntry(actor: .node, node: test.node, action: "a.b", target: "x", time: Self.time(days))
                try await test.database.audit.record(entry)
                try await test.execute(
                    """
                    insert into correspondent (messages, size_bytes, changed_at, changed_by, day_at, side, direction, node_id, incarnation,
                        address)
                    values (1, 1, \(UTCTime.now()), \(test.node), \(Self.time(days)), 'sender', 'inbound', \(test.node), 1, 'a@example.com')
                    """)
            }
            let store = test.database.maintenance
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            #expect(try await Self.removeAll(.auditEntries, before: Self.time(730), store) == 1)
            #expect(try await Self.removeAll(.correspondents, before: Self.time(730), store) == 1)
            #expect(try await test.number("select count(*) from audit") == 1)
            #expect(try await test.number("select count(*) from correspondent where day_at > \(Self.time(4))") == 1)
            #expect(try await test.number("select count(*) from correspondent") == 1)
        }
    }

    @Test func `a date's run is done once, and one that stopped is gone on with`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.maintenance
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            try await store.endMaintenance("2026-11-27", cause: "the database was away")
            #expect(try await store.maintenanceRuns(limit: 1).map(\.cause) == ["the database was away"])
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            try await store.endMaintenance("2026-11-27", cause: nil)
            #expect(try await store.beginMaintenance("2026-11-27") == .done)
            #expect(try await store.maintenanceRuns(limit: 1).map(\.state) == [.done])
        }
    }

    @Test func `another node's run is left alone until it is abandoned`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.maintenance
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            try await test.execute("update maintenance_run set node_id = x'00000000000000000000000000000009'")
            #expect(try await store.beginMaintenance("2026-11-27") == .taken)
            try await test.execute("update maintenance_run set changed_at = 0")
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
        }
    }

    @Test func `a node that could not begin ends nobody else's run`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.maintenance
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            try await test.execute("update maintenance_run set node_id = x'00000000000000000000000000000009'")
            for cause in ["the database was away", nil] {
                try await store.endMaintenance("2026-11-27", cause: cause)
                #expect(try await store.maintenanceRuns(limit: 1).map(\.state) == [.running])
            }
        }
    }

    @Test func `a run that is done stays done, whatever fails afterwards`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.maintenance
            #expect(try await store.beginMaintenance("2026-11-27") == .begun)
            try await store.endMaintenance("2026-11-27", cause: nil)
            try await store.endMaintenance("2026-11-27", cause: "the database was away")
            let run = try #require(try await store.maintenanceRuns(limit: 1).first)
            #expect(run.state == .done && run.cause.isEmpty)
        }
    }
}
