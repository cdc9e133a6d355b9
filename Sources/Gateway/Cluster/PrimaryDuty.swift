import Synchronization

/// The role in this process's hand. Tasks ask it before they begin and name its epoch in each transaction.
package final class PrimaryDuty: Sendable {
    private let held: Mutex<(epoch: Int64, since: ContinuousClock.Instant)?>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Tasks stop when the role could not be confirmed for so long: well before another may take it.
    package static let validity = Duration.seconds(10)

    /// - Parameter now: a clock that counts while the machine is suspended.
    package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
        held = Mutex(nil)
        self.now = now
    }

    /// The epoch while this node may do the primary's tasks.
    package var epoch: Int64? {
        held.withLock { held in
            guard let held, held.since.duration(to: now()) < Self.validity else { return nil }
            return held.epoch
        }
    }

    package var isPrimary: Bool { epoch != nil }

    /// Confirmed by a transaction that was begun at `instant` and has been committed.
    package func confirm(_ epoch: Int64, begunAt instant: ContinuousClock.Instant) { held.withLock { $0 = (epoch, instant) } }

    /// It is not this node's any more, as far as is known.
    package func lose() { held.withLock { $0 = nil } }
}
