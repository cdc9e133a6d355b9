import Firebird
import FirebirdTestKit
import Foundation
import Quarantine
import Settings
import Testing

@testable import GatewayDatabase

/// Prints what the pages of a large quarantine cost; `make bench-log` runs it. Asserts nothing of time.
@Suite(.enabled(if: LogRows.wanted > 0), .serialized) struct QuarantineBenchmark {
    private static let pages = 60
    private static var rows: Int { max(1, LogRows.wanted / 10) }

    @Test(arguments: LogRows.places) func `pages of a large quarantine`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await LogFiller.fill(test, count: Self.rows)
            try await LogFiller.fillQuarantine(test, count: Self.rows)
            print("\(place): \(Self.rows) rows in quarantine")
            try await LogSearchBenchmark.index(test, place)
            try await Self.measure("all", place, test) { _ in QuarantineFilter() }
            try await Self.measure("kind", place, test) { _ in Self.filter(kind: .administrator) }
            try await Self.measure("text, frequent", place, test) { _ in Self.filter(text: "of many") }
            try await Self.measure("text, rare", place, test) { Self.filter(text: "message \(1000 + $0) of") }
            try await Self.measure("text, of nothing", place, test) { Self.filter(text: "nowhere\($0)") }
            let own = QuarantineShare.recipients(keys: ["user7@example.com"], kind: .user)
            try await Self.measure("a user's own", place, test, of: own) { _ in QuarantineFilter() }
            try await Self.measure("a user's own, text, rare", place, test, of: own) { Self.filter(text: "message \(1007 + $0 * 100) of") }
        }
    }

    private static func filter(kind: QuarantineKind? = nil, text: String = "") -> QuarantineFilter {
        var filter = QuarantineFilter()
        filter.kind = kind
        filter.text = text
        return filter
    }

    /// First pages, and pages that begin somewhere in the quarantine.
    private static func measure(
        _ name: String, _ place: TestPlace, _ test: TestDatabase, of share: QuarantineShare = .everybody,
        _ filter: @Sendable (Int) -> QuarantineFilter
    ) async throws {
        var times: [Duration] = []
        let processor = ProcessorTime.now
        for number in 0..<pages {
            let row = rows * number / pages
            let cursor =
                number.isMultiple(of: 2)
                ? nil : QuarantineCursor(quarantinedAt: UTCTime(milliseconds: 1_700_000_000_000 + Int64(row) * 1000), message: .fresh())
            let begun = ContinuousClock.now
            _ = try await test.database.quarantine.quarantined(filter(number), of: share, after: cursor, limit: 51)
            times.append(begun.duration(to: .now))
        }
        let perPage = (ProcessorTime.now - processor) / pages
        times.sort()
        let walk = QuarantineSearch(filter(1), share, after: nil, limit: 51).walk()
        let plan = try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { try $0.plan(of: walk) }
        func milliseconds(_ part: Int) -> String { String(format: "%.1f", times[(times.count - 1) * part / 100] / .milliseconds(1)) }
        print(
            "\(place): quarantine, \(name): p50 \(milliseconds(50)) ms, p95 \(milliseconds(95)) ms, processor \(perPage) µs a page; \(plan)"
        )
        fflush(nil)
    }
}
