import Metrics

/// Hands the process's metrics to a registry; once for each process, as swift-metrics demands.
enum MetricsBootstrap {
    static func install(_ registry: PrometheusRegistry) { MetricsSystem.bootstrap(registry) }
}
