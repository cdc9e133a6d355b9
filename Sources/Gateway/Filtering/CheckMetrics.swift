import Metrics

/// What the pipeline counts, for each check by its name. Made once: looking a metric up by name costs more than counting.
struct CheckMetrics: Sendable {
    private struct Series: Sendable {
        let found: Counter
        let notFound: Counter
        let undecided: Counter
        let seconds: Timer

        init(_ check: String, _ factory: any MetricsFactory) {
            func results(_ outcome: String) -> Counter {
                Counter(
                    label: "securitygateway_filtering_check_results_total", dimensions: [("check", check), ("outcome", outcome)],
                    factory: factory)
            }
            found = results("found")
            notFound = results("not-found")
            undecided = results("undecided")
            seconds = Timer(label: "securitygateway_filtering_check_seconds", dimensions: [("check", check)], factory: factory)
        }
    }

    private let series: [String: Series]

    /// - Parameter checks: the names; only these become labels.
    init(checks: [String], factory: any MetricsFactory) {
        series = Dictionary(checks.map { ($0, Series($0, factory)) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameters:
    ///   - results: of one run; none means that the check does not concern the message, and nothing is counted.
    ///   - duration: of the whole run, however many sources were asked.
    func ran(_ check: String, results: [CheckResult], duration: Duration) {
        guard let series = series[check], !results.isEmpty else { return }
        for result in results {
            switch result.outcome {
            case .found: series.found.increment()
            case .notFound: series.notFound.increment()
            case .undecided: series.undecided.increment()
            }
        }
        series.seconds.record(duration: duration)
    }
}
