import MessageLog
import Settings
import Testing

/// Where hours, days and months begin.
struct StatisticsPeriodTests {
    private static func time(_ seconds: Int64) -> UTCTime { UTCTime(milliseconds: seconds * 1000 + 5) }

    @Test(arguments: [
        // 2026-11-27T12:34:56Z, 2024-02-29T23:59:59Z (leap day), 2000-03-01T00:00:00Z, 1969-12-31T23:30:00Z.
        (1_795_782_896, "2026-11-27T12:00:00Z", "2026-11-27T00:00:00Z", "2026-11-01T00:00:00Z"),
        (1_709_251_199, "2024-02-29T23:00:00Z", "2024-02-29T00:00:00Z", "2024-02-01T00:00:00Z"),
        (951_868_800, "2000-03-01T00:00:00Z", "2000-03-01T00:00:00Z", "2000-03-01T00:00:00Z"),
        (-1800, "1969-12-31T23:00:00Z", "1969-12-31T00:00:00Z", "1969-12-01T00:00:00Z"),
    ]) func `a period begins where its calendar says`(seconds: Int64, hour: String, day: String, month: String) {
        let time = Self.time(seconds)
        #expect(StatisticsPeriod.hour.start(of: time).description == hour)
        #expect(StatisticsPeriod.day.start(of: time).description == day)
        #expect(StatisticsPeriod.month.start(of: time).description == month)
    }

    @Test func `months are counted over the ends of years`() {
        let time = Self.time(1_795_782_896)
        let months = [-11, -10, 1, 2, 14].map { StatisticsPeriod.month.start($0, after: time).description.prefix(7) }
        #expect(months == ["2025-12", "2026-01", "2026-12", "2027-01", "2028-01"])
    }

    @Test func `every period of a range is named once`() throws {
        let from = Self.time(951_868_800)
        let starts = try #require(StatisticsPeriod.day.starts(from: from, until: from.advanced(by: .seconds(86_400 * 3))))
        #expect(starts.map { $0.description.prefix(10) } == ["2000-03-01", "2000-03-02", "2000-03-03", "2000-03-04"])
        #expect(StatisticsPeriod.day.starts(from: from, until: from) == [])
    }

    @Test func `a range of too many periods is refused`() {
        let from = Self.time(0)
        #expect(StatisticsPeriod.hour.starts(from: from, until: from.advanced(by: .seconds(3600 * 800 + 3600))) == nil)
        #expect(StatisticsPeriod.hour.starts(from: from, until: from.advanced(by: .seconds(3600 * 700)))?.count == 701)
    }
}
