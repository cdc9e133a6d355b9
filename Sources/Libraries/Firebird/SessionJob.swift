import Synchronization

/// One call on its way through a session: waiting for a thread, running, or interrupted.
///
/// `@unchecked Sendable`: `stage` and `due` are used under the queue's monitor only; the rest is constant or atomic.
final class SessionJob: @unchecked Sendable {
    enum Stage {
        case created
        case waiting
        case running
        /// The engine was asked to end the call.
        case raised
        /// The connection was cut under the call.
        case aborted
        /// Nobody waits for it any more.
        case abandoned
        case finished
    }

    enum Interruption: UInt8 {
        case none = 0
        case deadline = 1
        case cancellation = 2
    }

    var stage = Stage.created
    /// When the watchdog has to do something about it.
    var due: MonotonicMoment
    private let interruption = Atomic<UInt8>(0)
    /// Does the work on the session's thread; what it returns tells the caller.
    let work: @Sendable (Session) -> @Sendable () -> Void
    /// Tells the caller that there will be no result; without effect when it has one.
    let abandon: @Sendable (FirebirdError) -> Void

    init(
        due: MonotonicMoment, work: @escaping @Sendable (Session) -> @Sendable () -> Void,
        abandon: @escaping @Sendable (FirebirdError) -> Void
    ) {
        self.due = due
        self.work = work
        self.abandon = abandon
    }

    /// The first reason stays.
    func interrupt(_ reason: Interruption) {
        _ = interruption.compareExchange(expected: 0, desired: reason.rawValue, ordering: .sequentiallyConsistent)
    }

    var isInterrupted: Bool { interruption.load(ordering: .sequentiallyConsistent) != 0 }

    /// Why the call may not go on, if so.
    var interruptionError: FirebirdError? {
        switch Interruption(rawValue: interruption.load(ordering: .relaxed)) {
        case .deadline: FirebirdError(.deadlineExceeded, "the deadline passed")
        case .cancellation: FirebirdError(.cancelled, "the task was cancelled")
        case .some(.none), nil: nil
        }
    }
}

/// Hands one result to one waiting task, whoever comes first with it.
final class Reply<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) { self.continuation = Mutex(continuation) }

    func resume(_ result: Result<Value, any Error>) {
        let waiting = continuation.withLock { current in
            defer { current = nil }
            return current
        }
        waiting?.resume(with: result)
    }
}
