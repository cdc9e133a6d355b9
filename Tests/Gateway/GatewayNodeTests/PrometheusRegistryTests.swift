import Metrics
import Testing

@testable import GatewayNode

/// The text that Prometheus reads.
@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry()

    @Test func `a metric's type is told once and its series follow it`() {
        Counter(label: "b_total", dimensions: [("result", "x")], factory: registry).increment(by: 2)
        Counter(label: "b_total", dimensions: [("result", "a\"b")], factory: registry).increment()
        Gauge(label: "a", factory: registry).record(5)
        #expect(
            registry.text() == """
                # TYPE a gauge
                a 5
                # TYPE b_total counter
                b_total{result="a\\"b"} 1
                b_total{result="x"} 2

                """)
    }

    @Test func `a timer is a histogram in seconds`() {
        Timer(label: "t_seconds", dimensions: [("check", "x")], factory: registry).recordMilliseconds(20)
        let lines = registry.text().split(separator: "\n").map(String.init)
        #expect(lines.first == "# TYPE t_seconds histogram")
        #expect(lines.contains("t_seconds_bucket{check=\"x\",le=\"0.01\"} 0"))
        #expect(lines.contains("t_seconds_bucket{check=\"x\",le=\"0.025\"} 1"))
        #expect(lines.contains("t_seconds_bucket{check=\"x\",le=\"+Inf\"} 1"))
        #expect(lines.contains("t_seconds_sum{check=\"x\"} 0.02"))
        #expect(lines.contains("t_seconds_count{check=\"x\"} 1"))
    }
}
