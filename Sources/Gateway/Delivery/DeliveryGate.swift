import Synchronization

/// Why a node delivers nothing for a while, although it runs.
package enum DeliveryPause: Sendable, Hashable, CaseIterable {
    /// It is being drained.
    case drain
    /// It cannot reach Message Data; the others can.
    case messageData
}

/// Opens and closes the way of mail out of this node, and ends it.
final class DeliveryGate: Sendable {
    private struct State {
        var pauses: Set<DeliveryPause> = []
        var isStopping = false
        /// The runner has ended what ran, and given everything back.
        var isAtRest = false
    }

    private let state = Mutex(State())
    /// Says that something changed; several in a row count once.
    let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    init() { (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    var isStopping: Bool { state.withLock(\.isStopping) }
    /// Nothing new is to be begun.
    var isClosed: Bool { state.withLock { $0.isStopping || !$0.pauses.isEmpty } }
    /// Nothing runs and nothing is held.
    var isAtRest: Bool { state.withLock(\.isAtRest) }

    func set(_ pause: DeliveryPause, _ isOn: Bool) {
        state.withLock { state in
            if isOn { state.pauses.insert(pause) } else { state.pauses.remove(pause) }
        }
        change.yield()
    }

    func beginStop() {
        state.withLock { $0.isStopping = true }
        change.yield()
    }

    func setAtRest(_ isAtRest: Bool) { state.withLock { $0.isAtRest = isAtRest } }
}
