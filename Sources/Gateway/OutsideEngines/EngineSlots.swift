import Synchronization

/// Connections to one engine that are in use, and who waits for one, in order.
final class EngineSlots: Sendable {
    private struct State {
        var used = 0
        var limit = 1
        var waiters: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var lastNumber = 0
        /// Cancelled or timed out before they waited.
        var gone: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Waiting messages; more are answered at once that it is busy.
    static let maximumWaiting = 1000

    var used: Int { state.withLock(\.used) }
    var waiting: Int { state.withLock(\.waiters.count) }

    /// Takes a connection within a time; whoever got one gives it back by `release`.
    /// - Returns: false when none was free in time, too many wait, or the task was cancelled.
    func take(limit: Int, within time: Duration) async -> Bool {
        let (isFree, number, woken) = state.withLock { state -> (Bool, Int, [CheckedContinuation<Bool, Never>]) in
            state.limit = limit
            state.lastNumber += 1
            // Raised: those who wait come before this one.
            var woken: [CheckedContinuation<Bool, Never>] = []
            while state.used < limit, !state.waiters.isEmpty {
                state.used += 1
                woken.append(state.waiters.removeFirst().continuation)
            }
            guard state.used < limit, state.waiters.isEmpty else { return (false, state.lastNumber, woken) }
            state.used += 1
            return (true, state.lastNumber, woken)
        }
        for waiter in woken { waiter.resume(returning: true) }
        if isFree { return true }
        // Cancelled below as soon as there is an answer.
        let timer = Task {
            // Cancelled means that the answer is there.
            guard (try? await Task.sleep(for: time)) != nil else { return }
            giveUp(number)
        }
        defer { timer.cancel() }
        let isTaken = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.gone.remove(number) != nil || state.waiters.count >= Self.maximumWaiting { return false }
                    if state.used < state.limit, state.waiters.isEmpty {
                        state.used += 1
                        return true
                    }
                    state.waiters.append((number, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            giveUp(number)
        }
        state.withLock { _ = $0.gone.remove(number) }
        return isTaken
    }

    func release() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            // Passed on, unless the limit was lowered meanwhile.
            guard !state.waiters.isEmpty, state.used <= state.limit else {
                state.used -= 1
                return nil
            }
            return state.waiters.removeFirst().continuation
        }
        next?.resume(returning: true)
    }

    private func giveUp(_ number: Int) {
        let waiter: CheckedContinuation<Bool, Never>? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                state.gone.insert(number)
                return nil
            }
            return state.waiters.remove(at: index).continuation
        }
        waiter?.resume(returning: false)
    }
}
