/// A bounded queue of calls and the threads, one for each connection, that take them.
///
/// A thread is started when there is work and none is idle, up to `size`. One more thread, the watchdog, keeps the
/// deadlines (see `SessionQueue+watchdog.swift`). Calls already queued when `close` is called are still done.
///
/// `@unchecked Sendable`: all `var`s are used under `monitor` only.
final class SessionQueue: @unchecked Sendable {
    /// A session's thread, as the others see it.
    final class Worker {
        let watch = SessionWatch()
        var thread: BlockingThread?
        var job: SessionJob?
        var hasEnded = false
    }

    let configuration: FirebirdConfiguration
    let size: Int
    private let threadName: String
    private let maximumWaiting: Int
    let monitor = Monitor()
    var waiting: [SessionJob] = []
    var workers: [Worker] = []
    private var idleCount = 0
    var isClosing = false
    var watchdog: BlockingThread?
    /// When the watchdog looks next; earlier deadlines have to wake it.
    var nextLook = MonotonicMoment.never
    var closeWaiters: [CheckedContinuation<Void, Never>] = []
    var hasEnded = false

    init(_ configuration: FirebirdConfiguration, size: Int, maximumWaiting: Int, threadName: String = "firebird") {
        self.threadName = threadName
        self.configuration = configuration
        self.size = max(1, size)
        self.maximumWaiting = max(1, maximumWaiting)
    }

    /// Runs `body` on a session's thread and waits for it without blocking anybody.
    /// - Throws: what `body` throws, `poolExhausted`, `closed`, `cancelled`, `deadlineExceeded`.
    func run<Value: Sendable>(deadline: Duration?, _ body: @escaping @Sendable (Session) throws -> Value) async throws -> Value {
        let due = MonotonicMoment.now.advanced(by: deadline ?? configuration.defaultDeadline)
        let cancellation = JobCancellation(self)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let reply = Reply<Value>(continuation)
                let job = SessionJob(
                    due: due,
                    work: { session in
                        let result = Result { try body(session) }.mapError { session.explained($0) }
                        return { reply.resume(result) }
                    }, abandon: { reply.resume(.failure($0)) })
                cancellation.set(job)
                enqueue(job)
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// Queues `body` without anybody waiting for it; `abandon` when it cannot be run, or not in time.
    func submit(deadline: Duration, _ body: @escaping @Sendable (Session) -> Void, abandon: @escaping @Sendable () -> Void) {
        let job = SessionJob(
            due: MonotonicMoment.now.advanced(by: deadline),
            work: { session in
                body(session)
                return {}
            }, abandon: { _ in abandon() })
        enqueue(job)
    }

    /// Queues a job, or refuses it.
    private func enqueue(_ job: SessionJob) {
        let refusal: FirebirdError? = monitor.withLock {
            if let error = job.interruptionError { return error }
            if isClosing { return FirebirdError(.closed, "the connection or pool is closed") }
            if waiting.count >= maximumWaiting { return FirebirdError(.poolExhausted, "\(waiting.count) calls wait already") }
            guard startThreads(for: waiting.count + 1) else { return FirebirdError(.environment, "the system gives no thread") }
            job.stage = .waiting
            waiting.append(job)
            monitor.wake(.work)
            if job.due < nextLook { monitor.wake(.watch) }
            return nil
        }
        if let refusal { job.abandon(refusal) }
    }

    /// Starts the watchdog and one more session when those idle are too few. True when there is one at least.
    private func startThreads(for count: Int) -> Bool {
        if watchdog == nil { watchdog = BlockingThread(named: "\(threadName)-watch") { [self] in watchOver() } }
        if count > idleCount, workers.count < size {
            let worker = Worker()
            workers.append(worker)
            let start = UncheckedWorker(worker: worker)
            worker.thread = BlockingThread(named: threadName) { [self] in serve(start.worker) }
            if worker.thread == nil { workers.removeLast() }
        }
        return watchdog != nil && !workers.isEmpty
    }

    /// Carries a worker into its thread. Sendable because what is in it is only used under the queue's monitor.
    private struct UncheckedWorker: @unchecked Sendable {
        let worker: Worker
    }

    /// A session thread's life.
    private func serve(_ worker: Worker) {
        let session = Session(configuration, watch: worker.watch)
        while let job = next(worker) {
            session.begin(job)
            let tell = job.work(session)
            session.end()
            finish(worker)
            tell()
        }
        farewell(session, worker)
        monitor.withLock {
            worker.hasEnded = true
            monitor.wake(.watch)
        }
    }

    private func next(_ worker: Worker) -> SessionJob? {
        monitor.withLock {
            idleCount += 1
            while waiting.isEmpty, !isClosing { monitor.wait(for: .work) }
            idleCount -= 1
            guard !waiting.isEmpty else { return nil }
            let job = waiting.removeFirst()
            job.stage = .running
            worker.job = job
            return job
        }
    }

    private func finish(_ worker: Worker) {
        monitor.withLock {
            worker.job?.stage = .finished
            worker.job = nil
        }
    }

    /// Detaching is a call that can hang on a dead link as any other: the watchdog keeps its time as well.
    private func farewell(_ session: Session, _ worker: Worker) {
        let job = SessionJob(due: MonotonicMoment.now.advanced(by: Self.farewellTime), work: { _ in {} }, abandon: { _ in })
        monitor.withLock {
            job.stage = .running
            worker.job = job
            monitor.wake(.watch)
        }
        session.begin(job)
        session.close()
        session.end()
        finish(worker)
    }

    private static let farewellTime = Duration.seconds(5)

    /// Ends a call wherever it is.
    func cancel(_ job: SessionJob) {
        let wasWaiting = monitor.withLock {
            job.interrupt(.cancellation)
            switch job.stage {
            case .waiting:
                waiting.removeAll { $0 === job }
                job.stage = .finished
                return true
            case .running:
                job.due = .now
                monitor.wake(.watch)
                return false
            case .created, .raised, .aborted, .abandoned, .finished: return false
            }
        }
        if wasWaiting { job.abandon(FirebirdError(.cancelled, "the task was cancelled")) }
    }

    /// Refuses further calls; threads end after what is queued.
    func beginClosing() {
        monitor.withLock {
            isClosing = true
            if watchdog == nil { hasEnded = true }
            monitor.wakeAll(.work)
            monitor.wake(.watch)
        }
    }

    /// Waits until all threads have detached and ended.
    func close() async {
        beginClosing()
        await withCheckedContinuation { continuation in
            let isOver = monitor.withLock {
                if !hasEnded { closeWaiters.append(continuation) }
                return hasEnded
            }
            if isOver { continuation.resume() }
        }
    }
}
