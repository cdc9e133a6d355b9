import Delivery
import Firebird
import FirebirdTestKit
import MetricsTestKit
import Settings
import Testing

@testable import GatewayDatabase

/// How much waits, as the metrics tell it.
@Suite(.serialized) struct StandingFigureTests {
    @Test(arguments: TestPlace.allCases) func `what waits is counted, with the age of the oldest and of the longest due`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let now = UTCTime.now()
                var table = test.database.standingFigures
                let empty = try await table.figures(at: now)
                #expect(
                    empty == StandingFigures(queued: 0, due: 0, oldestQueuedAt: nil, firstDueAt: nil, quarantined: 0))
                let submission = try Samples.submission(to: ["a@example.com", "b@example.com"], node: test.node, isHeld: false)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let due = now.advanced(by: .seconds(-60))
                try await test.execute("update queue set due_at = \(due) where ordinal = 0")
                try await test.execute("update queue set due_at = \(Int64.max) where ordinal = 1")
                let figures = try await table.figures(at: now)
                #expect(figures.queued == 2 && figures.due == 1 && figures.firstDueAt == due)
                #expect(figures.oldestQueuedAt?.milliseconds == submission.message.identifier.milliseconds)
                table.countedEntries = 1
                #expect(try await table.figures(at: now).queued == 1)
            }
        }
    }

    @Test func `mail that is due only later is not overdue`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(to: ["a@example.com"], node: test.node, isHeld: false)
                try await writer.enqueue(submission, deadline: .seconds(20))
                try await test.execute("update queue set due_at = \(Int64.max)")
                let figures = try await test.database.standingFigures.figures(at: .now())
                #expect(figures.due == 0 && figures.firstDueAt == nil && figures.oldestQueuedAt != nil)
            }
        }
    }

    @Test func `the oldest and the longest due are found along an index, without sorting the queue`() async throws {
        try await TestDatabase.with { test in
            for query in [StandingFigureTable.oldestQuery, StandingFigureTable.firstDueQuery] {
                let plan = try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { try $0.plan(of: query) }
                #expect(!plan.isEmpty && !plan.contains("SORT") && !plan.contains("NATURAL"), "\(plan)")
            }
        }
    }
}

/// What requests to the database count.
@Suite struct SessionMetricsTests {
    private struct OwnError: Error {}

    private let factory = TestMetrics()

    private func failures(_ use: String) -> Int64 {
        factory.counterTotal(label: "securitygateway_database_request_failures_total", dimensions: [("use", use)])
    }

    @Test func `a request is timed for those who asked, whether it succeeds or not`() async throws {
        let metrics = SessionMetrics(factory: factory)
        _ = try await metrics.mail.timed { 1 }
        await #expect(throws: OwnError.self) { try await metrics.mail.timed { throw OwnError() } }
        let mail = try factory.expectTimer("securitygateway_database_request_seconds", [("use", "mail")])
        let pages = try factory.expectTimer("securitygateway_database_request_seconds", [("use", "pages")])
        #expect(mail.values.count == 2 && pages.values.isEmpty)
    }

    @Test func `only the database's own errors are failures`() async throws {
        let metrics = SessionMetrics(factory: factory)
        await #expect(throws: OwnError.self) { try await metrics.pages.timed { throw OwnError() } }
        #expect(failures("pages") == 0)
        await #expect(throws: FirebirdError.self) { try await metrics.pages.timed { throw FirebirdError(.unexpectedValue, "test") } }
        #expect(failures("pages") == 1)
    }
}
