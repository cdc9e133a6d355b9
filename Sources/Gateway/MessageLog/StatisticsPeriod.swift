package import Settings

/// The periods by which mail is counted, all of them in UTC.
package enum StatisticsPeriod: String, Sendable, Hashable, Codable, CaseIterable {
    case hour, day, month

    private static let millisecondsPerHour: Int64 = 3_600_000
    private static let millisecondsPerDay: Int64 = 86_400_000

    /// Beginning of the period that `time` lies in.
    package func start(of time: UTCTime) -> UTCTime {
        switch self {
        case .hour: Self.roundedDown(time, to: Self.millisecondsPerHour)
        case .day: Self.roundedDown(time, to: Self.millisecondsPerDay)
        case .month: Self.monthStart(Self.month(of: time))
        }
    }

    /// Beginning of the period `count` periods after the one `time` lies in; negative counts go back.
    package func start(_ count: Int, after time: UTCTime) -> UTCTime {
        let start = start(of: time)
        switch self {
        case .hour: return UTCTime(milliseconds: start.milliseconds + Int64(count) * Self.millisecondsPerHour)
        case .day: return UTCTime(milliseconds: start.milliseconds + Int64(count) * Self.millisecondsPerDay)
        case .month: return Self.monthStart(Self.month(of: time) + Int64(count))
        }
    }

    /// How many periods the longest report has: more are no picture any more.
    package static var maximumCount: Int { 800 }

    /// Beginnings of all periods that overlap the range, oldest first; `nil` when they are more than `maximumCount`.
    package func starts(from: UTCTime, until: UTCTime) -> [UTCTime]? {
        guard from < until else { return [] }
        // Checked before anything is collected: a range of a thousand years has nine million hours.
        guard start(Self.maximumCount, after: from) >= until else { return nil }
        var starts: [UTCTime] = []
        var next = start(of: from)
        while next < until {
            starts.append(next)
            next = start(1, after: next)
        }
        return starts
    }

    private static func roundedDown(_ time: UTCTime, to length: Int64) -> UTCTime {
        let remainder = time.milliseconds % length
        return UTCTime(milliseconds: time.milliseconds - (remainder < 0 ? remainder + length : remainder))
    }

    /// Months since the year 0. From days by the civil calendar counted from March, so that the leap day ends a year.
    private static func month(of time: UTCTime) -> Int64 {
        let days = roundedDown(time, to: millisecondsPerDay).milliseconds / millisecondsPerDay + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        return (yearOfEra + era * 400) * 12 + marchMonth + 2
    }

    private static func monthStart(_ month: Int64) -> UTCTime {
        let shifted = month - 2
        let year = shifted >= 0 ? shifted / 12 : (shifted - 11) / 12
        let marchMonth = shifted - year * 12
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + (153 * marchMonth + 2) / 5 - 719_468
        return UTCTime(milliseconds: days * millisecondsPerDay)
    }
}
