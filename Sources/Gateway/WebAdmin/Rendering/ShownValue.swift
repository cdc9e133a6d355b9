import Settings

/// How times, sizes and names are written on pages.
enum ShownValue {
    /// `2026-11-23 10:15:02`, in UTC as the column's title says.
    static func time(_ time: UTCTime) -> String {
        String(time.description.dropLast()).replacing("T", with: " ")
    }

    /// With its zone, where no title says it.
    static func timeWithZone(_ time: UTCTime) -> String { self.time(time) + " UTC" }

    /// `10.2 KiB`, exact below one KiB.
    static func size(_ bytes: Int, _ language: Language) -> String {
        guard bytes >= 1024 else { return CommonText.bytes.filled(language, bytes) }
        var tenths = bytes.multipliedReportingOverflow(by: 10).partialValue / 1024
        for unit in ["KiB", "MiB", "GiB"] {
            if tenths < 10_240 || unit == "GiB" {
                return tenths < 1000 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(tenths / 10) \(unit)"
            }
            tenths /= 1024
        }
        return CommonText.bytes.filled(language, bytes)
    }

    /// With a separator of thousands.
    static func number(_ number: Int) -> String {
        var groups: [Substring] = []
        var digits = String(number.magnitude)[...]
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}

/// A day of the calendar as date controls send it.
struct CalendarDay {
    /// Midnight UTC at its beginning.
    let start: UTCTime

    /// From `2026-11-23`; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (1970...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, year: year)
        else { return nil }
        start = UTCTime(milliseconds: Int64(Self.daysSince1970(year, month, day)) * 86_400_000)
    }

    var end: UTCTime { start.advanced(by: .seconds(86_400)) }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(inMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let before = year - 1
        let leaps = before / 4 - before / 100 + before / 400 - 477
        return (year - 1970) * 365 + leaps + (1..<month).reduce(0) { $0 + days(inMonth: $1, year: year) } + day - 1
    }
}
