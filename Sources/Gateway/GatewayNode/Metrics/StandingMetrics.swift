import Administration
import GatewayDatabase
import Metrics
import Settings

/// Gauges of what is not counted as it happens: what waits in the database, and the health of the node's parts.
struct StandingMetrics: Sendable {
    private let factory: any MetricsFactory
    private let queued: Gauge
    private let due: Gauge
    private let oldestSeconds: Gauge
    private let overdueSeconds: Gauge
    private let quarantined: Gauge
    private let countedAt: Gauge
    private let textIndexEndsAt: Gauge
    private let failedCounts: Counter
    private let startedAt: Gauge
    private let contentBytes: Gauge
    private let certificateEndsAt: Gauge

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        func gauge(_ name: String) -> Gauge { Gauge(label: name, factory: factory) }
        self.factory = factory
        queued = gauge("securitygateway_queue_recipients")
        due = gauge("securitygateway_queue_due_recipients")
        oldestSeconds = gauge("securitygateway_queue_oldest_seconds")
        overdueSeconds = gauge("securitygateway_queue_overdue_seconds")
        quarantined = gauge("securitygateway_quarantine_messages")
        countedAt = gauge("securitygateway_queue_counted_timestamp_seconds")
        textIndexEndsAt = gauge("securitygateway_log_text_index_end_timestamp_seconds")
        failedCounts = Counter(label: "securitygateway_queue_count_failures_total", factory: factory)
        startedAt = gauge("securitygateway_node_start_timestamp_seconds")
        contentBytes = gauge("securitygateway_node_content_bytes")
        certificateEndsAt = gauge("securitygateway_node_certificate_end_timestamp_seconds")
    }

    /// - Parameter time: when they were counted.
    func record(_ figures: StandingFigures, at time: UTCTime) {
        queued.record(figures.queued)
        due.record(figures.due)
        oldestSeconds.record(Self.age(of: figures.oldestQueuedAt, at: time))
        overdueSeconds.record(Self.age(of: figures.firstDueAt, at: time))
        quarantined.record(figures.quarantined)
        countedAt.record(time.seconds)
        textIndexEndsAt.record(figures.textIndexEndsAt?.seconds ?? 0)
    }

    /// The figures stay as they were; `securitygateway_queue_counted_timestamp_seconds` tells of when they are.
    func countFailed() { failedCounts.increment() }

    func record(_ health: NodeHealth) {
        // Parts that are there only while something is wrong have metrics of their own: a gauge would stay at its last value.
        for part in health.parts where !["drain", "clock"].contains(part.name) {
            Gauge(label: "securitygateway_node_health", dimensions: [("part", part.name)], factory: factory)
                .record(part.isWorking ? 1 : 0)
        }
    }

    func record(_ activity: NodeActivity, certificateEnd: UTCTime) {
        startedAt.record(activity.startedAt.seconds)
        contentBytes.record(activity.memoryContentBytes)
        certificateEndsAt.record(certificateEnd.seconds)
    }

    /// Zero for nothing, and for what the clock of another node dates into the future.
    private static func age(of begin: UTCTime?, at time: UTCTime) -> Int64 { begin.map { max(0, time.seconds - $0.seconds) } ?? 0 }
}

extension UTCTime {
    /// Whole seconds since 1970, as Prometheus counts.
    fileprivate var seconds: Int64 { milliseconds / 1000 }
}
