import Firebird
import FirebirdTestKit
import Foundation
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

/// How many rows the benchmark's log has; 0 leaves it out.
enum LogRows {
    /// Where it is measured: the embedded engine, unless `SECURITYGATEWAY_LOG_PLACES` says otherwise.
    static let places = TestPlace.allCases.filter { place in
        (ProcessInfo.processInfo.environment["SECURITYGATEWAY_LOG_PLACES"] ?? "embedded").contains("\(place)")
    }

    static let wanted = ProcessInfo.processInfo.environment["SECURITYGATEWAY_LOG_ROWS"].flatMap { Int($0) } ?? 0
}

/// Of this process: the embedded engine's too, and what runs beside.
enum ProcessorTime {
    /// Microseconds.
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int(time.tv_sec) * 1_000_000 + time.tv_nsec / 1_000
    }
}

/// Prints what searches of a large log cost; `make bench-log` runs it with a million rows. Asserts nothing of time.
@Suite(.enabled(if: LogRows.wanted > 0), .serialized) struct LogSearchBenchmark {
    private static let pages = 60

    private static func kinds() -> [(name: String, filter: @Sendable (Int) -> MessageLogFilter)] {
        func kind(
            _ name: String, _ change: @escaping @Sendable (inout MessageLogFilter, Int) -> Void
        ) -> (name: String, filter: @Sendable (Int) -> MessageLogFilter) {
            (
                name,
                { number in
                    var filter = MessageLogFilter()
                    change(&filter, number)
                    return filter
                }
            )
        }
        return [
            kind("all") { _, _ in }, kind("sender address") { $0.sender = CorrespondentCondition("user\($1)@sender\($1).example") },
            kind("sender domain") { $0.sender = CorrespondentCondition("sender\($1).example") },
            kind("recipient address") { $0.recipient = CorrespondentCondition("user\($1)@domain\($1 % 20).example") },
            kind("recipient domain") { $0.recipient = CorrespondentCondition("domain\($1 % 20).example") },
            kind("client") { $0.clientAddress = "192.0.\($1 % 4).\($1)" },
            kind("sender address, of nothing") { $0.sender = CorrespondentCondition("nobody\($1)@sender\($1).example") },
            kind("sender address, and a subject") {
                $0.sender = CorrespondentCondition("user\($1)@sender\($1).example")
                $0.subject = "\($1 % 10)\($1) of"
            },
            kind("sender domain, and a recipient domain") {
                $0.sender = CorrespondentCondition("sender\($1).example")
                $0.recipient = CorrespondentCondition("domain\($1 % 20).example")
            },
            kind("recipient domain, refused") { filter, _ in
                filter.recipient = CorrespondentCondition("domain5.example")
                filter.result = .refused
            },
            kind("Message-ID") { $0.messageID = "<\(1000 + $1)@sender\((1000 + $1) % 500).example>" },
            kind("result") { filter, _ in filter.result = .refused }, kind("direction") { filter, _ in filter.direction = .outbound },
            kind("sender domain, refused") {
                $0.sender = CorrespondentCondition("sender\($1).example")
                $0.result = .refused
            },
            kind("subject, frequent") { filter, _ in filter.subject = "of many" },
            kind("subject, of nothing") { $0.subject = "nowhere\($1)" },
            kind("text, three letters of nothing") { $0.text = "qx\($1 % 10)" },
            kind("subject, rare") { $0.subject = "message \(1000 + $1) of" }, kind("text, rare") { $0.text = "user\($1)@sender\($1)." },
            kind("text, one message") { $0.text = "\(LogRows.wanted * ($1 + 1) / 61) of many" },
            kind("text, frequent") { filter, _ in filter.text = "domain7." },
        ]
    }

    @Test(arguments: LogRows.places) func `searches of a large log`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            let begun = ContinuousClock.now
            try await LogFiller.fill(test, count: LogRows.wanted)
            print("\(place): \(LogRows.wanted) rows in \(begun.duration(to: .now))")
            fflush(nil)
            try await Self.index(test, place)
            for kind in Self.kinds() { try await Self.measure(kind.name, kind.filter, place, test) }
        }
    }

    /// Builds the text index without a pause.
    static func index(_ test: TestDatabase, _ place: TestPlace) async throws {
        let begun = ContinuousClock.now
        let turns = try await TextIndexSamples.build(test.database.textIndex)
        let slices = try await test.number("select count(*) from text_slice")
        let lines = try await test.number("select sum(octet_length(content)) from text_block")
        print(
            "\(place): text index of \(slices / 1_024) and \(lines / 1_048_576) MiB for these rows in \(begun.duration(to: .now)), \(turns.count) steps"
        )
        fflush(nil)
    }

    /// First pages, and pages that begin somewhere in the log.
    private static func measure(
        _ name: String, _ filter: @Sendable (Int) -> MessageLogFilter, _ place: TestPlace, _ test: TestDatabase
    ) async throws {
        var times: [Duration] = []
        var brokenOff = 0
        let processor = ProcessorTime.now
        for number in 0..<pages {
            let row = LogRows.wanted * number / pages
            let cursor =
                number.isMultiple(of: 2)
                ? nil
                : MessageLogCursor(receivedAt: UTCTime(milliseconds: 1_700_000_000_000 + Int64(row) * 1000), message: .fresh())
            let filter = filter(number)
            let begun = ContinuousClock.now
            let page = try await test.database.messageLog.page(filter, after: cursor, limit: 51)
            times.append(begun.duration(to: .now))
            if page.searchedBackTo != nil { brokenOff += 1 }
        }
        let perPage = (ProcessorTime.now - processor) / pages
        let slowest = times.indices.max { times[$0] < times[$1] } ?? 0
        times.sort()
        let search = LogSearch(filter(1))
        let newest = MessageLogCursor.start(of: UTCTime(milliseconds: .max))
        let query =
            search.textTerms == nil
            ? search.page(after: nil, downTo: nil, limit: 51)
            : search.page(of: IdentifierList.filledUp([.fresh(), .fresh()]), before: newest, limit: 51)
        let plan = try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { try $0.plan(of: query) }
        func milliseconds(_ part: Int) -> String { String(format: "%.1f", times[(times.count - 1) * part / 100] / .milliseconds(1)) }
        print(
            "\(place): \(name): p50 \(milliseconds(50)) ms, p95 \(milliseconds(95)) ms, processor \(perPage) µs a page, slowest \(slowest), broken off \(brokenOff) of \(pages); \(plan)"
        )
        fflush(nil)
    }
}
