import Synchronization

/// Counts failed sign-ins per name and per address on this node, so that passwords cannot be guessed at speed.
final class SignInLimiter: Sendable {
    private struct Failures {
        var count = 0
        var since: ContinuousClock.Instant
    }

    private let failures = Mutex<[String: Failures]>([:])

    static let window = Duration.seconds(900)
    /// Bound of the table; when it is full the oldest half goes.
    private static let maximumKeys = 10_000

    func isAllowed(_ keys: [String], maximum: Int, now: ContinuousClock.Instant = .now) -> Bool {
        failures.withLock { table in
            keys.allSatisfy { key in
                guard let entry = table[key], entry.since.duration(to: now) < Self.window else { return true }
                return entry.count < maximum
            }
        }
    }

    func failed(_ keys: [String], now: ContinuousClock.Instant = .now) {
        failures.withLock { table in
            if table.count >= Self.maximumKeys {
                let oldest = table.sorted { $0.value.since < $1.value.since }.prefix(Self.maximumKeys / 2)
                for (key, _) in oldest { table[key] = nil }
            }
            for key in keys {
                var entry = table[key] ?? Failures(since: now)
                if entry.since.duration(to: now) >= Self.window { entry = Failures(since: now) }
                entry.count += 1
                table[key] = entry
            }
        }
    }

    func succeeded(_ keys: [String]) {
        failures.withLock { table in for key in keys { table[key] = nil } }
    }
}
