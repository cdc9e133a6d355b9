import Cluster
import Glibc
import Settings

/// A comparison of clocks in words.
enum ClockText {
    /// How far this machine's local time is from UTC at a moment.
    static func zoneOffsetMilliseconds(at time: UTCTime) -> Int64 {
        var seconds = time_t(time.milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return Int64(parts.tm_gmtoff) * 1000
    }

    static func detail(_ comparison: ClockComparison) -> LocalizedText {
        guard comparison.isSameZone else {
            let minutes = comparison.zoneDifferenceMinutes
            return LocalizedText(
                "the database server is \(minutes) minutes away: another time zone, or a clock that is wrong by that much",
                ja: "データベースサーバーと \(minutes) 分の差があります。タイムゾーンが異なるか、時計が狂っています")
        }
        let milliseconds = comparison.skew.components.seconds * 1000 + comparison.skew.components.attoseconds / 1_000_000_000_000_000
        return LocalizedText("\(milliseconds) ms from the database server", ja: "データベースサーバーとの差は \(milliseconds) ms です")
    }
}
