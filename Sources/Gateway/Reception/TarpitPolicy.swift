import NIOCore
import Settings
import Synchronization

/// Whether a refusal is sent late, and how late. Pure.
struct TarpitPolicy: Sendable {
    let settings: TarpitSettings

    /// - Parameters:
    ///   - errors: of the session, this one included.
    ///   - isKnown: a user who has signed in, or a trusted network.
    func delay(errors: Int, isKnown: Bool) -> TimeAmount? {
        guard settings.isOn, !isKnown, errors > settings.afterErrors else { return nil }
        return .seconds(Int64(settings.delaySeconds))
    }
}

/// The places of a node's tarpit.
final class TarpitPlaces: Sendable {
    private let taken = Mutex(0)

    var count: Int { taken.withLock { $0 } }

    /// - Returns: false when all are taken.
    func take(maximum: Int) -> Bool {
        taken.withLock { taken in
            guard taken < maximum else { return false }
            taken += 1
            return true
        }
    }

    func giveBack() { taken.withLock { $0 -= 1 } }
}
