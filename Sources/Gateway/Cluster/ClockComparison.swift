/// This node's clock and zone beside the database server's, which knows no zones: only its local time is seen (R5).
package struct ClockComparison: Sendable, Hashable {
    /// Whole quarters of an hour between the two local times: another zone. 0: the same.
    package let zoneDifferenceMinutes: Int
    /// What remains; positive when the server is ahead.
    package let skew: Duration

    /// Above it the difference is shown.
    package static let warning = Duration.seconds(2)
    /// Above it a node does not join.
    package static let limit = Duration.seconds(5)
    /// All zones in use lie whole quarters of an hour from UTC.
    private static let zoneStepMilliseconds: Int64 = 15 * 60 * 1000

    /// - Parameters:
    ///   - serverLocal: the server's local time as milliseconds since 1970 began there.
    ///   - nodeLocal: this node's, of the moment the server read its clock.
    package init(serverLocal: Int64, nodeLocal: Int64) {
        let difference = serverLocal - nodeLocal
        let half = Self.zoneStepMilliseconds / 2
        let steps = (difference + (difference < 0 ? -half : half)) / Self.zoneStepMilliseconds
        zoneDifferenceMinutes = Int(steps) * 15
        skew = .milliseconds(difference - steps * Self.zoneStepMilliseconds)
    }

    package var isSameZone: Bool { zoneDifferenceMinutes == 0 }
    package var size: Duration { skew < .zero ? .zero - skew : skew }
    package var isWarning: Bool { size > Self.warning }
    package var isRefused: Bool { size > Self.limit }
}
