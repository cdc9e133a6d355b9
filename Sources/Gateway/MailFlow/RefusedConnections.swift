import Settings
import Synchronization

/// Addresses turned away a moment ago: a client that comes again every second writes one row a minute into the log.
final class RefusedConnections: Sendable {
    private let state = Mutex<[NetworkAddress: ContinuousClock.Instant]>([:])

    private static let interval = Duration.seconds(60)
    /// Then all are forgotten: some rows more, and a bound of memory.
    private static let maximumAddresses = 10_000

    func isWorthLogging(_ address: NetworkAddress, now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            if let last = state[address], last.duration(to: now) < Self.interval { return false }
            if state.count >= Self.maximumAddresses { state.removeAll() }
            state[address] = now
            return true
        }
    }
}
