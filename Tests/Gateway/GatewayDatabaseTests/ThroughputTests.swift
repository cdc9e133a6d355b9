import Delivery
import Firebird
import FirebirdTestKit
import Glibc
import Settings
import Testing

@testable import GatewayDatabase

/// Prints what the writer does a second; asserts only that all arrived. The figures of a debug build are for comparison.
@Suite(.serialized) struct ThroughputTests {
    private static func processorMicroseconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }

    /// Pages the engine wrote and batches the writer committed until now.
    private static func work(_ test: TestDatabase) async throws -> (pageWrites: Int, batches: Int) {
        let pageWrites = try await test.number(
            "select i.mon$page_writes from mon$database d join mon$io_stats i on i.mon$stat_id = d.mon$stat_id")
        return (pageWrites, try await test.number("select max(counter) from node"))
    }

    /// Runs `body` for each element, `width` at a time, and prints rate and processor time of this process.
    private static func measure<Element: Sendable>(
        _ name: String, _ elements: [Element], width: Int, _ body: @escaping @Sendable (Element) async throws -> Void
    ) async throws {
        let processor = processorMicroseconds()
        let begun = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<width {
                group.addTask {
                    for index in stride(from: lane, to: elements.count, by: width) { try await body(elements[index]) }
                }
            }
            try await group.waitForAll()
        }
        let seconds = begun.duration(to: .now) / .seconds(1)
        let microseconds = (processorMicroseconds() - processor) / Double(elements.count)
        print("\(name), \(width) at once: \(Int(Double(elements.count) / seconds))/s, \(Int(microseconds)) µs of processor each")
    }

    @Test(arguments: TestPlace.allCases) func `accept and deliver messages with one recipient`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                for width in [1, 50, 200] {
                    let submissions = try (0..<(width == 1 ? 100 : 3_000)).map { _ in try Samples.submission(node: test.node) }
                    let before = try await Self.work(test)
                    let records = submissions.map { Samples.delivered($0.message.identifier, node: test.node) }
                    try await Self.measure("\(place): accept", submissions, width: width) {
                        try await writer.enqueue($0, deadline: .seconds(60))
                    }
                    try await Self.measure("\(place): record", records, width: width) { record in
                        let result = try await writer.record(record)
                        #expect(result == DeliveryRecordResult(lost: [], isContentFree: true))
                    }
                    let after = try await Self.work(test)
                    let batches = after.batches - before.batches
                    print("\(place): \(batches) batches, \((after.pageWrites - before.pageWrites) / max(1, batches)) page writes each")
                }
                #expect(try await test.number("select count(*) from delivery_event") == 6_100)
            }
        }
    }
}
