package import Settings

/// Which runs of digests are due: the local date's from the digests' time on, those asked for, and those another primary left. What is not
/// done stays due, whatever failed; one that failed waits a while. Pure.
package struct DigestAgenda: Sendable {
    private var doneDate = ""
    private var pausedUntil: ContinuousClock.Instant?

    /// After a failure: what hindered it is not gone in a second.
    package static let pauseAfterFailure = Duration.seconds(60)

    package init() {}

    /// - Parameters:
    ///   - unfinished: keys the database has, oldest first.
    ///   - today: the local date.
    ///   - time: of day.
    ///   - isWanted: whether any domain gets digests on this date.
    package func due(
        _ unfinished: [String], today: String, time: TimeOfDay, from begin: TimeOfDay, isWanted: Bool, now: ContinuousClock.Instant
    ) -> [String] {
        if let pausedUntil, now < pausedUntil { return [] }
        let isTime = isWanted && doneDate != today && time >= begin
        return unfinished + (isTime && !unfinished.contains(today) ? [today] : [])
    }

    package mutating func finish(_ key: String, today: String) {
        if key == today { doneDate = today }
        pausedUntil = nil
    }

    package mutating func fail(now: ContinuousClock.Instant) { pausedUntil = now + Self.pauseAfterFailure }
}
