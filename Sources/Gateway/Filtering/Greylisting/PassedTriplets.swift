package import Settings
import Synchronization

/// Triplets that have passed, as this node remembers them, so that mail of known senders costs no statement. Bounded: two generations, of
/// which the older one is forgotten when the younger is full.
package final class PassedTriplets: Sendable {
    private struct State {
        var young: [RecordIdentifier: ContinuousClock.Instant] = [:]
        var old: [RecordIdentifier: ContinuousClock.Instant] = [:]
        var revision = SettingsRevision.none
    }

    private let state = Mutex(State())
    private let generationSize: Int

    /// After this the database is asked again: a use is written down at least so often, and settings that changed are heeded.
    private static let lifetime = Duration.seconds(3600)

    /// - Parameter maximum: how many are remembered; a hundred thousand take some ten megabytes.
    package init(maximum: Int = 100_000) { generationSize = max(1, maximum / 2) }

    package var count: Int { state.withLock { $0.young.count + $0.old.count } }

    func contains(_ key: RecordIdentifier, now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            guard let until = state.young[key] ?? state.old[key] else { return false }
            return now < until
        }
    }

    /// What is to be handed to `insert` by whoever asks the database now.
    var revision: SettingsRevision { state.withLock(\.revision) }

    /// - Parameter revision: as it was before the database was asked; if triplets were deleted since, the answer is worth nothing.
    func insert(_ key: RecordIdentifier, asOf revision: SettingsRevision, now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            guard state.revision == revision else { return }
            if state.young.count >= generationSize {
                state.old = state.young
                state.young = [:]
            }
            state.young[key] = now.advanced(by: Self.lifetime)
        }
    }

    /// Forgets all of them if triplets were deleted since.
    package func adopt(_ revision: SettingsRevision) {
        state.withLock { state in
            guard revision > state.revision else { return }
            state = State(revision: revision)
        }
    }
}
