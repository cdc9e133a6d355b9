import Metrics

/// What Delivery counts. Made once: looking a metric up by name costs more than counting.
struct DeliveryMetrics: Sendable {
    private let delivered = Self.counter("delivered")
    private let deferred = Self.counter("deferred")
    private let failed = Self.counter("failed")
    private let givenBack = Self.counter("given-back")
    private let seconds = Timer(label: "securitygateway_delivery_seconds")
    private let recipients = Gauge(label: "securitygateway_delivery_active_recipients")
    private let open = Gauge(label: "securitygateway_delivery_connections")

    private static func counter(_ outcome: String) -> Counter {
        Counter(label: "securitygateway_delivery_attempts_total", dimensions: [("outcome", outcome)])
    }

    func attempted(_ report: AttemptReport) {
        for outcome in report.outcomes {
            switch outcome {
            case .delivered: delivered.increment()
            case .deferred: deferred.increment()
            case .failed: failed.increment()
            case .givenBack: givenBack.increment()
            }
        }
        if !report.peer.isEmpty { seconds.recordMilliseconds(report.durationMilliseconds) }
    }

    func activeRecipients(_ count: Int) { recipients.record(count) }
    func connections(_ count: Int) { open.record(count) }
}
