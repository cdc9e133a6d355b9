package import Settings

/// When a deferred recipient is tried again, and when never: every few minutes in the first hour in the queue, then every few
/// hours, until the message is too old. Pure.
package struct RetrySchedule: Sendable, Hashable {
    private let firstHourInterval: Duration
    private let laterInterval: Duration
    private let expiry: Duration
    private let delayNotice: Duration?

    /// The product's first hour.
    private static let firstHour = Duration.seconds(3600)
    /// Attempts that fell together are spread over this time, so that a destination that was away does not get all at one moment.
    static let spread = 0..<5000

    package enum Decision: Sendable, Hashable {
        case again(UTCTime)
        /// The message has been tried for as long as the settings say.
        case expired
    }

    package init(_ settings: DeliverySettings) {
        firstHourInterval = .seconds(settings.firstHourRetryMinutes * 60)
        laterInterval = .seconds(settings.laterRetryMinutes * 60)
        expiry = .seconds(settings.expireAfterHours * 3600)
        delayNotice = settings.delayNoticeAfterHours > 0 ? .seconds(settings.delayNoticeAfterHours * 3600) : nil
    }

    /// What follows an attempt that was deferred at `now`. The last attempt is made when the message expires, not before.
    package func decision(queuedAt: UTCTime, now: UTCTime, using generator: inout some RandomNumberGenerator) -> Decision {
        let age = queuedAt.duration(to: now)
        guard age < expiry else { return .expired }
        let interval = age < Self.firstHour ? firstHourInterval : laterInterval
        let planned = now.advanced(by: interval + .milliseconds(Int.random(in: Self.spread, using: &generator)))
        return .again(min(planned, max(now, queuedAt.advanced(by: expiry))))
    }

    /// Whether a sender who asked for it is to hear of a delay now.
    package func callsForDelayNotice(queuedAt: UTCTime, now: UTCTime) -> Bool {
        guard let delayNotice else { return false }
        return queuedAt.duration(to: now) >= delayNotice
    }

    /// Until when attempts go on (`Will-Retry-Until`, RFC 3464 section 2.3.9).
    package func end(queuedAt: UTCTime) -> UTCTime { queuedAt.advanced(by: expiry) }
}
