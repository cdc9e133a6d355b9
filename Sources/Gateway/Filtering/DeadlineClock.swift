import Synchronization

/// One timer for the deadlines of all messages that are being judged: a sleeping task for each race would cost more than most checks.
/// It ticks only while somebody waits, so a deadline is met up to two ticks late; limits are whole seconds.
final class DeadlineClock: Sendable {
    static let shared = DeadlineClock()

    static let tick: Duration = .milliseconds(50)

    private struct Wait {
        let deadline: ContinuousClock.Instant
        let expire: @Sendable () -> Void
        var wasDue = false
    }

    private struct State {
        var waiting: [Int: Wait] = [:]
        var lastKey = 0
        var isTicking = false
    }

    private let state = Mutex(State())

    /// Calls `expire` once when `limit` is over, on a task of its own, unless it is removed before.
    /// - Returns: the key to remove it by.
    func add(_ limit: Duration, _ expire: @escaping @Sendable () -> Void) -> Int {
        let (key, begins) = state.withLock { state in
            state.lastKey += 1
            state.waiting[state.lastKey] = Wait(deadline: .now + limit, expire: expire)
            defer { state.isTicking = true }
            return (state.lastKey, !state.isTicking)
        }
        // Ends by itself at the first tick that finds nobody waiting.
        if begins { Task { await run() } }
        return key
    }

    func remove(_ key: Int) { state.withLock { _ = $0.waiting.removeValue(forKey: key) } }

    private func run() async {
        while true {
            try? await Task.sleep(for: Self.tick)  // nobody cancels it
            let due: [@Sendable () -> Void]? = state.withLock { state in
                if state.waiting.isEmpty {
                    state.isTicking = false
                    return nil
                }
                let now = ContinuousClock.now
                // On a machine so busy that the tick itself came late, what was waited for may be done and only not have had its turn:
                // it has it before the next tick.
                let due = state.waiting.filter { $0.value.deadline <= now }
                for key in due.keys { state.waiting[key]?.wasDue = true }
                return due.filter(\.value.wasDue).keys.compactMap { state.waiting.removeValue(forKey: $0)?.expire }
            }
            guard let due else { return }
            for expire in due { expire() }
        }
    }
}
