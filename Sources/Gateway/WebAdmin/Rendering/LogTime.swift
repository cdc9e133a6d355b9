import Administration
import Settings

/// A bound of a search by time: a whole day, `2026-11-23`, or an hour and minute of it in UTC, `2026-11-23T10:00`.
struct LogTime {
    /// Where a search from here begins.
    let start: UTCTime
    /// Where a search up to here ends: after a whole day, or at the minute.
    let end: UTCTime

    /// `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard let first = parts.first, let day = CalendarDay(String(first)), parts.count <= 2 else { return nil }
        guard parts.count == 2 else {
            start = day.start
            end = day.end
            return
        }
        let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 2, clock.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(clock[0]), let minute = Int(clock[1]),
            (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        start = day.start.advanced(by: .seconds(hour * 3600 + minute * 60))
        end = start
    }

    /// As `init` reads it, to the minute.
    static func text(_ time: UTCTime) -> String { String(time.description.prefix(16)) }
}

/// Two bounds together.
enum DayRange {
    /// The one problem of two bounds that are right by themselves, at the field `until`.
    static func problems(from: String, until: String) -> [FieldProblem] {
        guard let start = LogTime(from)?.start, let end = LogTime(until)?.end, end <= start else { return [] }
        return [FieldProblem(field: "until", message: MessageText.rangeProblem.text)]
    }
}
