/// Hour and minute by the machine's clock, as `03:30`.
package struct TimeOfDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 0 to 1439.
    package let minutes: Int

    package static let midnight = TimeOfDay(minutes: 0)

    package init(minutes: Int) { self.minutes = minutes }

    package static func < (left: Self, right: Self) -> Bool { left.minutes < right.minutes }

    package var description: String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(padded(minutes / 60)):\(padded(minutes % 60))"
    }

    /// As the text of a setting.
    package static func parse(_ text: String) throws(SettingsValueError) -> TimeOfDay {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else {
            throw SettingsValueError("a time from 00:00 to 23:59 is expected", ja: "00:00 から 23:59 までの時刻を入力してください")
        }
        return TimeOfDay(minutes: hour * 60 + minute)
    }
}
