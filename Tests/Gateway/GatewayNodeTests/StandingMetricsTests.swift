import Administration
import GatewayDatabase
import Settings
import Testing

@testable import GatewayNode

/// What Prometheus reads of the figures that are refreshed by a timer.
@Suite struct StandingMetricsTests {
    private let registry = PrometheusRegistry()
    private let time = UTCTime(milliseconds: 1_700_000_000_000)

    private func lines(_ body: (StandingMetrics) -> Void) -> [String] {
        body(StandingMetrics(factory: registry))
        return registry.text().split(separator: "\n").map(String.init)
    }

    @Test func `queue and quarantine are shown with the ages of their oldest and the time of counting`() {
        var figures = StandingFigures(
            queued: 7, due: 3, oldestQueuedAt: time.advanced(by: .seconds(-90)), firstDueAt: time.advanced(by: .seconds(-5)),
            quarantined: 2)
        figures.textIndexEndsAt = time.advanced(by: .seconds(-300))
        let lines = lines { $0.record(figures, at: time) }
        #expect(lines.contains("securitygateway_log_text_index_end_timestamp_seconds 1699999700"))
        #expect(lines.contains("securitygateway_queue_recipients 7"))
        #expect(lines.contains("securitygateway_queue_due_recipients 3"))
        #expect(lines.contains("securitygateway_queue_oldest_seconds 90"))
        #expect(lines.contains("securitygateway_queue_overdue_seconds 5"))
        #expect(lines.contains("securitygateway_quarantine_messages 2"))
        #expect(lines.contains("securitygateway_queue_counted_timestamp_seconds 1700000000"))
    }

    @Test func `an empty queue has no age, and neither has what another node's clock dates into the future`() {
        let later = time.advanced(by: .seconds(60))
        let figures = StandingFigures(queued: 1, due: 0, oldestQueuedAt: later, firstDueAt: nil, quarantined: 0)
        let lines = lines { $0.record(figures, at: time) }
        #expect(lines.contains("securitygateway_queue_oldest_seconds 0"))
        #expect(lines.contains("securitygateway_queue_overdue_seconds 0"))
    }

    @Test func `a count that failed leaves the last figures and is counted`() {
        let figures = StandingFigures(queued: 7, due: 0, oldestQueuedAt: nil, firstDueAt: nil, quarantined: 0)
        let lines = lines { metrics in
            metrics.record(figures, at: time)
            metrics.countFailed()
        }
        #expect(lines.contains("securitygateway_queue_recipients 7"))
        #expect(lines.contains("securitygateway_queue_count_failures_total 1"))
    }

    @Test func `each part of the node is 1 while it works and 0 when it does not`() {
        let text = LocalizedText("x", ja: "x")
        let lines = lines {
            $0.record(NodeHealth(parts: [.working("database", text, text), .failing("message-data", text, text)]))
        }
        #expect(lines.contains("securitygateway_node_health{part=\"database\"} 1"))
        #expect(lines.contains("securitygateway_node_health{part=\"message-data\"} 0"))
    }

    @Test func `times are seconds since 1970`() {
        let activity = NodeActivity(
            version: "1", nodeName: "n", startedAt: time, smtpSessions: 0, maximumSessions: 1, listeners: [], activeRecipients: 0,
            deliveryConnections: 0, memoryContentBytes: 4096)
        let lines = lines { $0.record(activity, certificateEnd: time.advanced(by: .seconds(86_400))) }
        #expect(lines.contains("securitygateway_node_start_timestamp_seconds 1700000000"))
        #expect(lines.contains("securitygateway_node_certificate_end_timestamp_seconds 1700086400"))
        #expect(lines.contains("securitygateway_node_content_bytes 4096"))
    }
}
