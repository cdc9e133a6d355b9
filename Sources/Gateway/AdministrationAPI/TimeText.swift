import Settings

/// Times in requests and answers: RFC 3339 in UTC with milliseconds.
enum TimeText {
    /// `2026-11-23T10:15:00.123Z`.
    static func text(_ time: UTCTime) -> String {
        let remainder = time.milliseconds % 1000
        let fraction = remainder < 0 ? remainder + 1000 : remainder
        let digits = String(fraction)
        return "\(time.description.dropLast()).\(String(repeating: "0", count: 3 - digits.utf8.count))\(digits)Z"
    }

    /// Years 1 to 9999, so that no later arithmetic can leave its range.
    private static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// From RFC 3339 with `Z` or an offset, or from UTC milliseconds; `nil` for anything else.
    static func time(_ text: String) -> UTCTime? {
        let milliseconds = Int64(text) ?? rfc3339(Array(text.utf8))
        guard let milliseconds, range.contains(milliseconds) else { return nil }
        return UTCTime(milliseconds: milliseconds)
    }

    private static func rfc3339(_ bytes: [UInt8]) -> Int64? {
        guard (20...40).contains(bytes.count), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month), (1...daysInMonth(month, year)).contains(day), hour < 24, minute < 60, second <= 60,
            let (fraction, rest) = fraction(bytes[19...]), let offset = offset(rest)
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        return ((days * 24 + hour - offset / 60) * 60 + minute - offset % 60) * 60_000 + second * 1000 + fraction
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(String(decoding: digits, as: UTF8.self)) : nil
    }

    /// Milliseconds of an optional fraction, and what follows it.
    private static func fraction(_ bytes: ArraySlice<UInt8>) -> (Int64, ArraySlice<UInt8>)? {
        guard bytes.first == UInt8(ascii: ".") else { return (0, bytes) }
        let digits = bytes.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty else { return nil }
        let three = (Array(digits.prefix(3)) + [UInt8](repeating: UInt8(ascii: "0"), count: 3)).prefix(3)
        return number(three).map { ($0, bytes[digits.endIndex...]) }
    }

    /// Minutes east of UTC.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(bytes)
        if bytes.count == 1, bytes[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1..<3]), let minutes = number(bytes[4..<6]),
            hours < 24, minutes < 60
        else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }

    private static func daysInMonth(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the proleptic Gregorian calendar: years counted from March, so that the leap day ends a year.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
    }
}
