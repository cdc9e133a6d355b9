import Administration
import MessageLog
import Settings

/// Mail by period as a picture: stacked bars, drawn by the server as SVG. Colours come from the style sheet's classes, so the picture
/// follows the page's colours; what it shows is in the table beside it too.
struct MailChart: Sendable {
    let title: String
    let description: String
    /// Of the whole picture in its own units; the page scales it.
    let width = MailChart.width
    let height = MailChart.height
    let bars: [Bar]
    let lines: [Line]
    let labels: [Label]
    let legend: [Legend]
    let isEmpty: Bool

    /// One result in one period.
    struct Bar: Sendable {
        let x: String
        let y: String
        let width: String
        let height: String
        /// Suffix of the style sheet's class `bar-…`.
        let result: String
        let tip: String
    }

    /// A line of the scale with its number.
    struct Line: Sendable {
        let y: String
        let textY: String
        let text: String
    }

    struct Label: Sendable {
        let x: String
        let text: String
    }

    struct Legend: Sendable {
        let text: String
        let result: String
    }

    static let width = 720
    static let height = 220
    private static let left = 52.0
    private static let top = 8.0
    private static let bottom = 192.0
    /// Labels below the picture: more would run into each other.
    private static let labelCount = 8

    init(_ report: MailReport, title: String, _ language: Language) {
        self.title = title
        let byStart = Dictionary(grouping: report.figures, by: \.start)
        let results = MessageResult.allCases.filter { result in report.figures.contains { $0.result == result } }
        let totals = report.starts.map { start in (byStart[start] ?? []).reduce(0) { $0 + $1.messages } }
        let scale = Self.scale(for: totals.max() ?? 0)
        let slot = (Double(Self.width) - Self.left) / Double(max(1, report.starts.count))
        var bars: [Bar] = []
        for (index, start) in report.starts.enumerated() {
            var base = Self.bottom
            for result in results {
                let count = (byStart[start] ?? []).filter { $0.result == result }.reduce(0) { $0 + $1.messages }
                guard count > 0 else { continue }
                let height = Double(count) / Double(scale) * (Self.bottom - Self.top)
                base -= height
                bars.append(
                    Bar(
                        x: Self.number(Self.left + slot * Double(index) + slot * 0.1), y: Self.number(base),
                        width: Self.number(slot * 0.8), height: Self.number(height), result: result.rawValue,
                        tip: "\(ReportText.label(start, report.period)) \(result.title[language]): \(ShownValue.number(count))"))
            }
        }
        self.bars = bars
        isEmpty = bars.isEmpty
        lines = (0...4).map { step in
            let y = Self.bottom - (Self.bottom - Self.top) * Double(step) / 4
            return Line(y: Self.number(y), textY: Self.number(y + 4), text: ShownValue.number(scale * step / 4))
        }
        let stride = max(1, (report.starts.count + Self.labelCount - 1) / Self.labelCount)
        labels = report.starts.enumerated().filter { $0.offset % stride == 0 }.map {
            Label(
                x: Self.number(Self.left + slot * (Double($0.offset) + 0.5)), text: ReportText.shortLabel($0.element, report.period))
        }
        legend = results.map { Legend(text: $0.title[language], result: $0.rawValue) }
        description = ReportText.chartDescription.filled(
            language, ShownValue.number(totals.reduce(0, +)), ShownValue.number(totals.max() ?? 0))
    }

    /// The end of the scale: 1, 2 or 5 with zeros, times four, so that its quarters are whole numbers.
    private static func scale(for maximum: Int) -> Int {
        var unit = 1
        while true {
            for step in [1, 2, 5] where unit * step * 4 >= maximum { return unit * step * 4 }
            unit *= 10
        }
    }

    /// With one decimal.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
