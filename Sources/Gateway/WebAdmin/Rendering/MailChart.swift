import Administration
import MessageLog
import Settings

/// Mail by period as a picture: stacked bars, drawn by the server as SVG, once for wide and once for narrow screens, so that its texts
/// have the size of the page's. Colours come from the style sheet's classes, so the picture follows the page's colours; what it shows is
/// in the table beside it too.
struct MailChart: Sendable {
    let title: String
    let description: String
    let drawings: [ChartDrawing]
    let legend: [Legend]
    let isEmpty: Bool

    struct Legend: Sendable {
        let text: String
        let result: String
    }

    init(_ report: MailReport, title: String, _ language: Language) {
        self.title = title
        let results = MessageResult.allCases.filter { result in report.figures.contains { $0.result == result } }
        let totals = Dictionary(grouping: report.figures, by: \.start).mapValues { $0.reduce(0) { $0 + $1.messages } }
        drawings = ChartPaper.allCases.map { ChartDrawing(report, results, largest: totals.values.max() ?? 0, on: $0, language) }
        isEmpty = drawings.allSatisfy(\.bars.isEmpty)
        legend = results.map { Legend(text: $0.title[language], result: $0.rawValue) }
        description = ReportText.chartDescription.filled(
            language, ShownValue.number(totals.values.reduce(0, +)), ShownValue.number(totals.values.max() ?? 0))
    }
}

/// What a chart is drawn on, in units that are about a pixel of the screen it is meant for.
enum ChartPaper: String, Sendable, CaseIterable {
    case wide, narrow

    var width: Int {
        switch self {
        case .wide: 720
        // A phone of 390 pixels less the margins of page and panel.
        case .narrow: 330
        }
    }

    /// Labels below the picture: more would run into each other.
    var labelCount: Int {
        switch self {
        case .wide: 8
        case .narrow: 4
        }
    }

    static let height = 220
    static let left = 52.0
    static let top = 8.0
    static let bottom = 192.0
}

/// One drawing of a chart.
struct ChartDrawing: Sendable {
    /// Suffix of the style sheet's class `chart-…` and of the identifiers.
    let paper: String
    let width: Int
    let height = ChartPaper.height
    let bars: [Bar]
    let lines: [Line]
    let labels: [Label]

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
        let end: Int
        let textY: String
        let text: String
    }

    struct Label: Sendable {
        let x: String
        let text: String
    }

    /// - Parameter largest: messages of the highest bar.
    init(_ report: MailReport, _ results: [MessageResult], largest: Int, on paper: ChartPaper, _ language: Language) {
        self.paper = paper.rawValue
        width = paper.width
        let scale = Self.scale(for: largest)
        let slot = (Double(paper.width) - ChartPaper.left) / Double(max(1, report.starts.count))
        let byStart = Dictionary(grouping: report.figures, by: \.start)
        bars = report.starts.enumerated().flatMap { index, start in
            Self.column(
                byStart[start] ?? [], results, label: ReportText.label(start, report.period),
                x: ChartPaper.left + slot * Double(index) + slot * 0.1, width: slot * 0.8, scale: scale, language)
        }
        lines = (0...4).map { step in
            let y = ChartPaper.bottom - (ChartPaper.bottom - ChartPaper.top) * Double(step) / 4
            return Line(
                y: Self.number(y), end: paper.width, textY: Self.number(y + 4), text: ShownValue.number(scale * step / 4))
        }
        let stride = max(1, (report.starts.count + paper.labelCount - 1) / paper.labelCount)
        labels = report.starts.enumerated().filter { $0.offset % stride == 0 }.map {
            Label(
                x: Self.number(ChartPaper.left + max(slot * (Double($0.offset) + 0.5), 16)),
                text: ReportText.shortLabel($0.element, report.period))
        }
    }

    /// The results of one period, one upon the other.
    private static func column(
        _ figures: [MailFigure], _ results: [MessageResult], label: String, x: Double, width: Double, scale: Int, _ language: Language
    ) -> [Bar] {
        var base = ChartPaper.bottom
        return results.compactMap { result in
            let count = figures.filter { $0.result == result }.reduce(0) { $0 + $1.messages }
            guard count > 0 else { return nil }
            let height = Double(count) / Double(scale) * (ChartPaper.bottom - ChartPaper.top)
            base -= height
            return Bar(
                x: number(x), y: number(base), width: number(width), height: number(height), result: result.rawValue,
                tip: "\(label) \(result.title[language]): \(ShownValue.number(count))")
        }
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
