import Metrics

/// What is counted of one engine. Results and times of its findings are counted by the filter pipeline, like those of every check.
struct EngineMetrics: Sendable {
    private let answered: Counter
    private let failures: [String: Counter]
    private let away: Gauge
    private let seconds: Timer

    init(_ engine: OutsideEngine, factory: any MetricsFactory) {
        let label = ("engine", engine.name)
        answered = Counter(label: "securitygateway_engine_answers_total", dimensions: [label], factory: factory)
        failures = Dictionary(
            uniqueKeysWithValues: EngineFailure.kinds.map { kind in
                (kind, Counter(label: "securitygateway_engine_failures_total", dimensions: [label, ("kind", kind)], factory: factory))
            })
        away = Gauge(label: "securitygateway_engine_away", dimensions: [label], factory: factory)
        seconds = Timer(label: "securitygateway_engine_answer_seconds", dimensions: [label], factory: factory)
    }

    func answered(in duration: Duration) {
        answered.increment()
        seconds.record(duration: duration)
    }

    func failed(_ failure: EngineFailure) { failures[failure.kind]?.increment() }

    /// 1 while mail does not wait for it.
    func isAway(_ isAway: Bool) { away.record(isAway ? 1 : 0) }
}
