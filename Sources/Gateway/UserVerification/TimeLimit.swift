import Synchronization

/// One piece of work against a deadline. Whoever waits goes on at the deadline even if the work does not heed its cancellation.
enum TimeLimit {
    /// - Returns: `nil` when it was not done in time; it is cancelled then.
    static func run<Value: Sendable>(_ limit: Duration, _ work: @escaping @Sendable () async -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let first = FirstResult<Value>(continuation)
            // Cancelled at the deadline, and bounded by what it waits for itself.
            let task = Task { first.finish(await work()) }
            let timer = Task {
                // Cancelled means that the result is there.
                guard (try? await Task.sleep(for: limit)) != nil else { return }
                first.finish(nil)
                task.cancel()
            }
            first.whenFinished { timer.cancel() }
        }
    }
}

/// Resumes whoever waits with the first of several results.
private final class FirstResult<Value: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Value?, Never>?
        var isFinished = false
        var afterwards: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    init(_ continuation: CheckedContinuation<Value?, Never>) { state = Mutex(State(continuation: continuation)) }

    func finish(_ value: Value?) {
        let (continuation, afterwards) = state.withLock { state in
            state.isFinished = true
            defer {
                state.continuation = nil
                state.afterwards = nil
            }
            return (state.continuation, state.afterwards)
        }
        continuation?.resume(returning: value)
        afterwards?()
    }

    func whenFinished(_ action: @escaping @Sendable () -> Void) {
        let isFinished = state.withLock { state in
            if !state.isFinished { state.afterwards = action }
            return state.isFinished
        }
        if isFinished { action() }
    }
}
