import Synchronization

/// Brings a task's cancellation to its job, also when it comes before there is one.
final class JobCancellation: Sendable {
    private struct State {
        var job: SessionJob?
        var isCancelled = false
    }

    private let queue: SessionQueue
    private let state = Mutex(State())

    init(_ queue: SessionQueue) { self.queue = queue }

    func set(_ job: SessionJob) {
        let isCancelled = state.withLock { state in
            state.job = job
            return state.isCancelled
        }
        if isCancelled { job.interrupt(.cancellation) }
    }

    func cancel() {
        let job = state.withLock { state in
            state.isCancelled = true
            return state.job
        }
        if let job { queue.cancel(job) }
    }
}
