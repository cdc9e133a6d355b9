import DNS
import Filtering
import Metrics
import MetricsTestKit
import Settings
import Testing

/// What the pipeline counts.
@Suite struct CheckMetricsTests {
    private let metrics = TestMetrics()

    private func results(_ check: String, _ outcome: String) -> Int64 {
        metrics.counterTotal(
            label: "securitygateway_filtering_check_results_total", dimensions: [("check", check), ("outcome", outcome)])
    }

    private func times(_ check: String) throws -> Int {
        try metrics.expectTimer("securitygateway_filtering_check_seconds", [("check", check)]).values.count
    }

    @Test func `a finding is counted for its check, with the time it took`() async throws {
        var fixture = SubjectFixture()
        fixture.content = "Content-Disposition: attachment; filename=a.exe\r\n\r\nx"
        let pipeline = FilterPipeline(try fixture.environment(), types: [AttachmentCheck.self], metrics: metrics)
        _ = await pipeline.run(.message, try fixture.subject())
        #expect(results("attachments", "found") == 1)
        #expect(results("attachments", "undecided") == 0)
        #expect(try times("attachments") == 1)
    }

    @Test func `a check that is not done in time is counted once, as undecided`() async throws {
        var fixture = SubjectFixture()
        fixture.settings.filtering.timeLimitSeconds = 1
        let pipeline = FilterPipeline(try fixture.environment(SilentResolver()), types: [ReverseLookupCheck.self], metrics: metrics)
        _ = await pipeline.run(.greeting, try fixture.subject())
        #expect(results("reverse-lookup", "undecided") == 1)
        #expect(try times("reverse-lookup") == 1)
    }

    @Test func `each check has its series from the start, and none is made for a message`() async throws {
        var fixture = SubjectFixture()
        let pipeline = FilterPipeline(try fixture.environment(), metrics: metrics)
        let counters = metrics.counters.count
        #expect(counters == FilterChecks.all.count * 3)
        fixture.content = "Subject: x\r\n\r\nx"
        for phase in FilterPhase.allCases { _ = await pipeline.run(phase, try fixture.subject()) }
        #expect(metrics.counters.count == counters && metrics.timers.count == FilterChecks.all.count)
    }
}
