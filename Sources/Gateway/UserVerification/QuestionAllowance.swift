/// How many questions a domain's mail servers are asked: so many at once, and so many in a minute. Pure.
struct QuestionAllowance {
    private(set) var running = 0
    /// Questions that may be asked at once before the rate counts; a minute's worth at most.
    private var saved: Double?
    private var countedAt: ContinuousClock.Instant?

    /// - Returns: whether one more may be asked; it counts until `ended()`.
    mutating func begin(simultaneous: Int, perMinute: Int, now: ContinuousClock.Instant) -> Bool {
        guard running < simultaneous else { return false }
        let most = Double(perMinute)
        let passed = countedAt.map { $0.duration(to: now) / .seconds(60) } ?? 1
        let available = min(most, (saved ?? most) + max(0, passed) * most)
        countedAt = now
        guard available >= 1 else {
            saved = available
            return false
        }
        saved = available - 1
        running += 1
        return true
    }

    mutating func ended() { running = max(0, running - 1) }
}
