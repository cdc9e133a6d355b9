/// A moment as a `Date` field gives it (RFC 5322 §3.3): UTC milliseconds, and the zone the writer was in.
package struct MailDate: Hashable, Sendable, Comparable {
    /// Since 1970-01-01T00:00:00Z; leap seconds count as the second after.
    package var millisecondsSince1970: Int64
    /// East of Greenwich, -5999...5999 as `+hhmm` can say; 0 where it is unknown (`-0000`, military letters).
    package var zoneOffsetMinutes: Int

    package init(millisecondsSince1970: Int64, zoneOffsetMinutes: Int = 0) {
        self.millisecondsSince1970 = millisecondsSince1970
        self.zoneOffsetMinutes = zoneOffsetMinutes
    }

    package static func < (left: MailDate, right: MailDate) -> Bool { left.millisecondsSince1970 < right.millisecondsSince1970 }

    /// Reads an unfolded field body; obsolete zones and two-digit years (§4.3) and C's `asctime` form are understood, the day of the
    /// week is not checked. Of a trace field (`Received`) the part behind the last semicolon counts. Nil when there is no day, month and year.
    package init?(parsing bytes: [UInt8]) {
        var fields = MailDateFields()
        // In trace fields the date stands behind the last semicolon (RFC 5322 §3.6.7).
        let date = bytes.lastIndex(of: 0x3B).map { Array(bytes[($0 + 1)...]) } ?? bytes
        guard fields.read(date), let seconds = fields.secondsSince1970 else { return nil }
        millisecondsSince1970 = seconds * 1000
        zoneOffsetMinutes = fields.zoneMinutes
    }

    /// The field body of RFC 5322 in this date's zone: `Fri, 21 Nov 1997 09:55:06 -0600`. Years are kept within 0000...9999.
    package var formatted: String {
        let day: Int64 = 86_400
        let bounded = min(max(millisecondsSince1970, -62_167_219_200_000), 253_402_300_799_000)
        let offset = min(max(zoneOffsetMinutes, -1439), 1439)
        let local = bounded.flooredDivision(by: 1000) + Int64(offset) * 60
        let days = local.flooredDivision(by: day)
        let (year, month, dayOfMonth) = CivilCalendar.date(daysSince1970: days)
        let second = local - days * day
        let weekday = Self.weekdays[Int((days % 7 + 11) % 7)]
        let clock = [second / 3600, second / 60 % 60, second % 60].map { Self.padded(Int($0), 2) }.joined(separator: ":")
        let zone = (offset < 0 ? "-" : "+") + Self.padded(abs(offset) / 60, 2) + Self.padded(abs(offset) % 60, 2)
        return "\(weekday), \(dayOfMonth) \(CivilCalendar.monthNames[month - 1]) \(Self.padded(year, 4)) \(clock) \(zone)"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(max(0, value))
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

/// The proleptic Gregorian calendar, by Howard Hinnant's published day-count formulas.
enum CivilCalendar {
    static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Days from 1970-01-01; the arguments must be a month 1...12 and a day 1...31.
    static func days(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = shifted.flooredDivision(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func date(daysSince1970: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), Int(month), Int(day))
    }
}
