import Firebird
import Metrics

/// What the shared connections count, by who waits for them: time includes the wait for a free connection.
struct SessionMetrics: Sendable {
    let pages: Use
    let mail: Use
    let background: Use

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        pages = Use("pages", factory)
        mail = Use("mail", factory)
        background = Use("background", factory)
    }

    /// One kind of caller.
    struct Use: Sendable {
        private let seconds: Timer
        private let failures: Counter

        fileprivate init(_ use: String, _ factory: any MetricsFactory) {
            seconds = Timer(label: "securitygateway_database_request_seconds", dimensions: [("use", use)], factory: factory)
            failures = Counter(
                label: "securitygateway_database_request_failures_total", dimensions: [("use", use)], factory: factory)
        }

        /// Counts one request. What a port says itself, such as “no such row”, is an answer; only the database's errors are failures.
        func timed<Value>(_ body: () async throws -> Value) async throws -> Value {
            let begun = ContinuousClock.now
            defer { seconds.record(duration: begun.duration(to: .now)) }
            do {
                return try await body()
            } catch let error as FirebirdError {
                failures.increment()
                throw error
            }
        }
    }
}
