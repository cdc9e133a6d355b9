/// How much came in the last minute, from a count that only grows.
struct MinuteRate: Sendable {
    private var samples: [(at: ContinuousClock.Instant, total: Int)] = []

    static let window = Duration.seconds(60)

    /// - Returns: since the oldest sample within the window; in the first minute what came so far.
    mutating func add(_ total: Int, at now: ContinuousClock.Instant) -> Int {
        samples.append((now, total))
        // The newest of those that are too old is where the window begins.
        while samples.count > 1, samples[1].at.duration(to: now) >= Self.window { samples.removeFirst() }
        return total - samples[0].total
    }
}
