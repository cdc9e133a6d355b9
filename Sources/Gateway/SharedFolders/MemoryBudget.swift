import Synchronization

/// How many bytes of message content this node keeps in memory, in reception and until delivered. What finds no room goes through
/// its file.
package final class MemoryBudget: Sendable {
    private struct State {
        var limit: Int
        var used = 0
    }

    private let state: Mutex<State>

    /// - Parameter limit: bytes; 0 keeps nothing in memory.
    package init(limit: Int) { state = Mutex(State(limit: limit)) }

    /// The setting has changed. What is reserved beyond a lower limit stays until released.
    package func setLimit(_ limit: Int) { state.withLock { $0.limit = limit } }

    package var usedBytes: Int { state.withLock { $0.used } }

    /// - Returns: whether there was room.
    package func reserve(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.used + bytes <= state.limit else { return false }
            state.used += bytes
            return true
        }
    }

    /// Gives back what was reserved.
    package func release(_ bytes: Int) { state.withLock { $0.used -= bytes } }
}
