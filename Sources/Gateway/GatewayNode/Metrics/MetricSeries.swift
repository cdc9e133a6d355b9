import CoreMetrics
import Synchronization

/// A number that only grows.
final class CounterSeries: CounterHandler, Sendable {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.add(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }
    var text: String { String(value.load(ordering: .relaxed)) }
}

/// A number that goes up and down.
final class GaugeSeries: MeterHandler, RecorderHandler, Sendable {
    private let value = Mutex<Double>(0)

    func set(_ value: Int64) { self.value.withLock { $0 = Double(value) } }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
    var text: String { value.withLock { $0 }.prometheusText }
}

/// How often which sizes or times occurred.
final class HistogramSeries: RecorderHandler, TimerHandler, Sendable {
    private struct State {
        var counts: [Int64]
        var sum = 0.0
        var count: Int64 = 0
    }

    private let bounds: [Double]
    private let divisor: Double
    private let state: Mutex<State>

    /// From a fast commit to the patience of a peer.
    static let secondBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
    /// Batch sizes, bytes, counts.
    static let quantityBounds = [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]

    /// - Parameter divisor: recorded values are divided by it.
    init(bounds: [Double], divisor: Double) {
        self.bounds = bounds
        self.divisor = divisor
        state = Mutex(State(counts: [Int64](repeating: 0, count: bounds.count)))
    }

    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration)) }

    func record(_ value: Double) {
        let scaled = value / divisor
        let position = bounds.firstIndex { scaled <= $0 }
        state.withLock { state in
            if let position { state.counts[position] += 1 }
            state.sum += scaled
            state.count += 1
        }
    }

    func lines(name: String, labels: String) -> String {
        let (counts, sum, count) = state.withLock { ($0.counts, $0.sum, $0.count) }
        let prefix = labels.isEmpty ? "" : labels + ","
        var result = ""
        var total: Int64 = 0
        for (bound, part) in zip(bounds, counts) {
            total += part
            result += PrometheusRegistry.line("\(name)_bucket", "\(prefix)le=\"\(bound.prometheusText)\"", String(total))
        }
        result += PrometheusRegistry.line("\(name)_bucket", "\(prefix)le=\"+Inf\"", String(count))
        result += PrometheusRegistry.line("\(name)_sum", labels, sum.prometheusText)
        result += PrometheusRegistry.line("\(name)_count", labels, String(count))
        return result
    }
}

extension Double {
    /// Without a needless fraction.
    var prometheusText: String {
        self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self)
    }
}
