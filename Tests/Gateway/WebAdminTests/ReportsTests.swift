import Administration
import GatewayTestKit
import Hummingbird
import MessageLog
import Settings
import Testing

@testable import WebAdmin

/// Reports and the picture of mail by time.
struct ReportsTests {
    private static let start = UTCTime(milliseconds: 1_795_780_800_000)

    private static func chart(_ numbers: [Int], _ results: [MessageResult] = [.accepted]) -> MailChart {
        let starts = numbers.indices.map { StatisticsPeriod.hour.start($0, after: start) }
        let figures = zip(starts, numbers).flatMap { start, number in
            results.map { MailFigure(start: start, direction: .inbound, result: $0, messages: number, sizeBytes: 1) }
        }
        return MailChart(MailReport(period: .hour, starts: starts, figures: figures.filter { $0.messages > 0 }), title: "t", .english)
    }

    @Test func `bars are as high as their numbers`() {
        let chart = Self.chart([4, 0, 2])
        #expect(chart.drawings[0].bars.map(\.height) == ["184.0", "92.0"])
        #expect(chart.drawings[0].bars.map(\.y) == ["8.0", "100.0"])
        #expect(chart.drawings[0].lines.map(\.text) == ["0", "1", "2", "3", "4"])
    }

    @Test func `results stand on one another`() {
        let chart = Self.chart([10], [.accepted, .refused])
        #expect(chart.drawings[0].bars.map(\.y) == ["100.0", "8.0"])
        #expect(chart.drawings[0].bars.map(\.result) == ["accepted", "refused"])
        #expect(chart.legend.map(\.text) == ["Accepted", "Refused"])
    }

    @Test func `a time without mail says so`() {
        #expect(Self.chart([0, 0]).isEmpty)
        #expect(Self.chart([]).isEmpty)
    }

    @Test func `many periods have few labels`() {
        let drawings = Self.chart([Int](repeating: 1, count: 700)).drawings
        #expect(drawings.map(\.paper) == ["wide", "narrow"] && drawings[0].labels.count <= 8 && drawings[1].labels.count <= 4)
    }

    @Test(arguments: Language.allCases) func `the page has a picture with a name, the same numbers as a table, and the addresses`(
        language: Language
    )
        async throws
    {
        try await withSignedIn(try SampleGateway.make(language: language)) { browser in
            let page = try await browser.get("/reports")
            #expect(page.text.contains("role=\"img\" aria-labelledby=\"chart-title-wide chart-description-wide\""))
            #expect(page.text.contains("<title id=\"chart-title-narrow\">\(ReportText.chartTitle[language])</title>"))
            #expect(page.text.contains("<rect class=\"bar bar-accepted\""))
            #expect(page.text.contains(ReportText.table[language]) && page.text.contains(ReportText.total[language]))
        }
    }

    @Test func `a wrong or too long range is said at the form`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            for query in ["from=2026-13-01", "by=hour&from=2020-01-01", "from=2026-02-01&until=2026-01-01"] {
                let page = try await browser.get("/reports?\(query)")
                #expect(page.status == .unprocessableContent, "\(query)")
                #expect(page.text.contains("class=\"problem\""), "\(query)")
            }
        }
    }

    @Test func `the dashboard shows mail per hour`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/")
            #expect(page.text.contains("<svg class=\"chart chart-wide\""))
        }
    }
}
