import MessageLog
import Metrics

/// Counts what is taken out of messages.
struct StrippingMetrics: Sendable {
    private let attachments: Counter
    private let bytes: Counter
    private let failures: Counter

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        attachments = Counter(label: "securitygateway_attachments_stripped_total", factory: factory)
        bytes = Counter(label: "securitygateway_attachment_stripped_bytes_total", factory: factory)
        failures = Counter(label: "securitygateway_attachment_strip_failures_total", factory: factory)
    }

    func stripped(_ rows: [StrippedAttachment]) {
        attachments.increment(by: rows.count)
        bytes.increment(by: rows.reduce(0) { $0 + $1.sizeBytes })
    }

    func failed() { failures.increment() }
}
