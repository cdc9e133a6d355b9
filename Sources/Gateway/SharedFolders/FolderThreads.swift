import Foundation
import Synchronization

/// The threads that may block in one shared folder: capped, so that a hanging share takes these threads and nothing else. Callers wait
/// with a deadline and go on without the thread. A stop does not wait for hung threads (cluster.md section 7).
///
/// `@unchecked Sendable`: every mutable property is read and written only while `condition` is locked.
final class FolderThreads: @unchecked Sendable {
    /// Work and, for work somebody waits for, what tells him that it will not be done.
    struct Job: Sendable {
        let body: @Sendable () -> Void
    }

    private let condition = NSCondition()
    private var jobs: [Job] = []
    private var firstJob = 0
    private var waits: [Wait] = []
    private var isClosed = false
    private let maximumWaiting: Int

    /// Threads of one folder: the file system merges concurrent syncs, more threads gain nothing (measured; see docs).
    static let defaultThreadCount = 12
    /// How often deadlines are looked at.
    private static let watchInterval = 0.1

    private struct Wait {
        let deadline: ContinuousClock.Instant
        /// Tells the caller unless it has its answer; returns whether it is still waiting.
        let expire: @Sendable (_ isDue: Bool) -> Bool
    }

    init(name: String, threadCount: Int = defaultThreadCount, maximumWaiting: Int = 20_000) {
        self.maximumWaiting = maximumWaiting
        for number in 0..<threadCount { start("\(name)-\(number)") { $0.work() } }
        start("\(name)-end") { $0.watch() }
    }

    private func start(_ name: String, _ body: @escaping @Sendable (FolderThreads) -> Void) {
        let thread = Thread { [self] in
            // Only from within does the name reach the system.
            Thread.current.name = name
            body(self)
        }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Ends the threads once their present job is done; waiting jobs are dropped and their callers told at their deadlines.
    func close() {
        condition.lock()
        isClosed = true
        let dropped = jobs
        jobs = []
        firstJob = 0
        condition.broadcast()
        condition.unlock()
        withExtendedLifetime(dropped) {}
    }

    /// Queues work nobody waits for.
    /// - Parameter isCleanUp: closes and removes what other work left: takes no room of its own and must not be refused.
    /// - Returns: `false` when too much is waiting already.
    func enqueue(isCleanUp: Bool = false, _ body: @escaping @Sendable () -> Void) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed, isCleanUp || jobs.count - firstJob < maximumWaiting else { return false }
        jobs.append(Job(body: body))
        condition.signal()
        return true
    }

    /// Runs blocking work and waits for it until the deadline.
    /// - Parameter late: what to do with the result when the caller has gone (remove what was made).
    func run<Value: Sendable>(
        _ operation: String, deadline: Duration, late: (@Sendable (Value) -> Void)? = nil,
        _ body: @escaping @Sendable () throws(SharedFolderError) -> Value
    ) async throws(SharedFolderError) -> Value {
        try await answer(operation, deadline: deadline) { answer in
            self.enqueue {
                guard answer.isWaited else { return }
                let result = Result { () throws(SharedFolderError) in try body() }
                if !answer.give(result), case .success(let value) = result { late?(value) }
            }
        }
    }

    /// The same for work that asks whether it is still waited for, before it does what would be wrong once the caller has gone on.
    func run<Value: Sendable>(
        _ operation: String, deadline: Duration,
        _ body: @escaping @Sendable (_ isWaited: () -> Bool) throws(SharedFolderError) -> Value
    ) async throws(SharedFolderError) -> Value {
        try await answer(operation, deadline: deadline) { answer in
            self.enqueue {
                guard answer.isWaited else { return }
                _ = answer.give(Result { () throws(SharedFolderError) in try body { answer.isWaited } })
            }
        }
    }

    /// Waits for an answer that `start` arranges; `start` returns `false` when it could not.
    func answer<Value: Sendable>(
        _ operation: String, deadline: Duration, start: @Sendable (PendingAnswer<Value>) -> Bool
    ) async throws(SharedFolderError) -> Value {
        let instant = ContinuousClock.now + deadline
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, SharedFolderError>, Never>) in
            let answer = PendingAnswer(continuation)
            guard start(answer) else {
                _ = answer.give(.failure(.overloaded))
                return
            }
            addWait(
                Wait(deadline: instant) { isDue in
                    if isDue { _ = answer.give(.failure(.deadlineExceeded(operation: operation))) }
                    return answer.isWaited
                })
        }
        return try result.get()
    }

    private func addWait(_ wait: Wait) {
        condition.lock()
        waits.append(wait)
        condition.unlock()
    }

    private func work() {
        while true {
            condition.lock()
            while firstJob == jobs.count && !isClosed { condition.wait() }
            guard firstJob < jobs.count else { return condition.unlock() }
            let job = jobs[firstJob]
            // What a job holds must not be let go under the lock: its end may queue work itself.
            jobs[firstJob] = Job(body: {})
            firstJob += 1
            if firstJob == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                firstJob = 0
            } else if firstJob > 1024 && firstJob * 2 > jobs.count {
                jobs.removeFirst(firstJob)
                firstJob = 0
            }
            condition.unlock()
            job.body()
        }
    }

    private func watch() {
        while true {
            Thread.sleep(forTimeInterval: Self.watchInterval)
            condition.lock()
            let present = waits
            waits.removeAll(keepingCapacity: true)
            let isEnding = isClosed
            condition.unlock()
            let now = ContinuousClock.now
            let remaining = present.filter { $0.expire(isEnding || now >= $0.deadline) }
            if isEnding { return }
            condition.lock()
            waits.append(contentsOf: remaining)
            condition.unlock()
        }
    }
}

/// A caller's wait; answered once, by whoever comes first.
final class PendingAnswer<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Result<Value, SharedFolderError>, Never>?>

    init(_ continuation: CheckedContinuation<Result<Value, SharedFolderError>, Never>) {
        self.continuation = Mutex(continuation)
    }

    var isWaited: Bool { continuation.withLock { $0 != nil } }

    /// - Returns: whether the caller was still waiting.
    func give(_ result: Result<Value, SharedFolderError>) -> Bool {
        let waiting = continuation.withLock { present in
            defer { present = nil }
            return present
        }
        waiting?.resume(returning: result)
        return waiting != nil
    }
}
