import Synchronization

/// The snapshot in force on this node. Reading it is cheap and never waits.
package final class CurrentSettings: Sendable {
    private struct State {
        var snapshot: SettingsSnapshot
        var subscribers: [Int: AsyncStream<SettingsSnapshot>.Continuation] = [:]
        var nextSubscriber = 0
    }

    private let state: Mutex<State>

    package init(_ snapshot: SettingsSnapshot) { state = Mutex(State(snapshot: snapshot)) }

    package var snapshot: SettingsSnapshot { state.withLock { $0.snapshot } }

    /// The present snapshot at once, then each newer one; a slow reader gets only the newest.
    package func updates() -> AsyncStream<SettingsSnapshot> {
        let (stream, continuation) = AsyncStream.makeStream(of: SettingsSnapshot.self, bufferingPolicy: .bufferingNewest(1))
        let (number, present) = state.withLock { state in
            state.nextSubscriber += 1
            state.subscribers[state.nextSubscriber] = continuation
            return (state.nextSubscriber, state.snapshot)
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in _ = state.subscribers.removeValue(forKey: number) }
        }
        continuation.yield(present)
        return stream
    }

    /// Takes a snapshot over if it is newer than the present one (an event and a poll may arrive out of order).
    /// - Returns: whether it was.
    @discardableResult
    package func adopt(_ snapshot: SettingsSnapshot) -> Bool {
        let told: [AsyncStream<SettingsSnapshot>.Continuation]? = state.withLock { state in
            guard snapshot.revision > state.snapshot.revision else { return nil }
            state.snapshot = snapshot
            return Array(state.subscribers.values)
        }
        guard let told else { return false }
        for subscriber in told { subscriber.yield(snapshot) }
        return true
    }
}
