import Synchronization

/// Lets a few tests work with databases at the same time. Swift Testing begins all of them at once, and two hundred databases that are
/// made together make each other miss their deadlines, however patient these are.
package enum TestTurn {
    private struct State {
        var free = 8
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private static let state = Mutex(State())
    /// A test that opens a second database must not wait for a turn that it holds itself.
    @TaskLocal private static var isOwn = false

    /// Runs `body` when a turn is free.
    package static func take<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        guard !isOwn else { return try await body() }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
        defer { giveBack() }
        return try await $isOwn.withValue(true) { try await body() }
    }

    private static func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
