import CoreMetrics
import Synchronization

/// All figures of this process, written out for Prometheus (text format 0.0.4). The number of series is bounded: labels come from
/// our own code, and a series beyond the bound counts into a nameless one.
final class PrometheusRegistry: MetricsFactory, Sendable {
    private let series = Mutex<[SeriesKey: Series]>([:])

    static let maximumSeries = 5000

    struct SeriesKey: Hashable, Comparable {
        let name: String
        /// `name="value"` pairs, escaped and sorted.
        let labels: String

        static func < (left: Self, right: Self) -> Bool { left.name != right.name ? left.name < right.name : left.labels < right.labels }
    }

    enum Series: Sendable {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)

        var kind: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let counter) = find(label, dimensions, orMake: { .counter(CounterSeries()) }) { return counter }
        return CounterSeries()
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else {
            if case .gauge(let gauge) = find(label, dimensions, orMake: { .gauge(GaugeSeries()) }) { return gauge }
            return GaugeSeries()
        }
        let found = find(label, dimensions, orMake: { .histogram(HistogramSeries(bounds: HistogramSeries.quantityBounds, divisor: 1)) })
        if case .histogram(let histogram) = found { return histogram }
        return HistogramSeries(bounds: [], divisor: 1)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        if case .gauge(let gauge) = find(label, dimensions, orMake: { .gauge(GaugeSeries()) }) { return gauge }
        return GaugeSeries()
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        // Timers count nanoseconds; Prometheus wants seconds.
        let found = find(label, dimensions, orMake: { .histogram(HistogramSeries(bounds: HistogramSeries.secondBounds, divisor: 1e9)) })
        if case .histogram(let histogram) = found { return histogram }
        return HistogramSeries(bounds: [], divisor: 1)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private func find(_ label: String, _ dimensions: [(String, String)], orMake make: () -> Series) -> Series {
        let labels = dimensions.map { "\(Self.name($0.0))=\"\(Self.escaped($0.1))\"" }.sorted().joined(separator: ",")
        let key = SeriesKey(name: Self.name(label), labels: labels)
        return series.withLock { table in
            if let present = table[key] { return present }
            let made = make()
            table[table.count < Self.maximumSeries ? key : SeriesKey(name: "securitygateway_series_beyond_bound", labels: "")] = made
            return made
        }
    }

    /// The whole page.
    func text() -> String {
        let table = series.withLock { $0 }.sorted { $0.key < $1.key }
        var result = ""
        var lastName = ""
        for (key, item) in table {
            if key.name != lastName {
                result += "# TYPE \(key.name) \(item.kind)\n"
                lastName = key.name
            }
            switch item {
            case .counter(let counter): result += Self.line(key.name, key.labels, counter.text)
            case .gauge(let gauge): result += Self.line(key.name, key.labels, gauge.text)
            case .histogram(let histogram): result += histogram.lines(name: key.name, labels: key.labels)
            }
        }
        return result
    }

    static func line(_ name: String, _ labels: String, _ value: String) -> String {
        labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private static func name(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "_"
            })
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
