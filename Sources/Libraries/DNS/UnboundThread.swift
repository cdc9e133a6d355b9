import CUnbound
import Glibc

/// The one thread that calls libunbound: hands over questions, takes results, keeps deadlines.
///
/// It blocks only in poll(2). Handing a question over writes into a pipe that the library's worker reads, which could
/// block for a moment; that is the reason why callers do not do it themselves.
final class UnboundThread {
    private let context: UnboundContext
    private let mailbox: UnboundMailbox
    private let timeout: Duration
    private let maximumRunningQuestions: Int
    private let clock = ContinuousClock()

    private var callers: [UInt64: WaitingCaller] = [:]
    /// Handed to the library. A question whose callers have all left stays here until the library gives up on it: in
    /// its threaded mode ub_cancel only hides the result and frees nothing, and this way such questions still count.
    private var running: [DNSQuestion: RunningQuestion] = [:]
    private var queued = FirstInFirstOut<DNSQuestion>()
    private var waitingForTurn: [DNSQuestion: [UInt64]] = [:]
    private var deadlines = FirstInFirstOut<Deadline>()
    private let finished = FinishedQuestions()
    private var stopContinuations: [CheckedContinuation<Void, Never>] = []
    private var isStopping = false
    /// What callers get who wait when the thread ends.
    private var failure = DNSError.transient(.stopped)

    private struct WaitingCaller {
        var question: DNSQuestion
        var continuation: CheckedContinuation<Result<DNSAnswer, DNSError>, Never>
    }

    private struct Deadline {
        var ticket: UInt64
        var instant: ContinuousClock.Instant
    }

    init(_ context: consuming UnboundContext, _ mailbox: UnboundMailbox, _ configuration: UnboundConfiguration) {
        self.context = context
        self.mailbox = mailbox
        timeout = configuration.timeout
        maximumRunningQuestions = max(configuration.maximumRunningQuestions, 1)
    }

    /// Starts the thread, which keeps `self` alive until it was told to stop. To be called once.
    consuming func start() throws(DNSError) {
        let owned = Unmanaged.passRetained(self)
        var identifier = pthread_t()
        let code = pthread_create(
            &identifier, nil,
            { argument in
                guard let argument else { return nil }
                pthread_setname_np(pthread_self(), "dns")
                let continuations = Unmanaged<UnboundThread>.fromOpaque(argument).takeUnretainedValue().run()
                // Releasing deletes the context, which ends the library's own thread.
                Unmanaged<UnboundThread>.fromOpaque(argument).release()
                for continuation in continuations { continuation.resume() }
                return nil
            }, owned.toOpaque())
        guard code == 0 else {
            owned.release()
            throw .transient(.resolverFailure(explanation: "no thread: \(String(cString: strerror(code)))"))
        }
        pthread_detach(identifier)
    }

    private func run() -> [CheckedContinuation<Void, Never>] {
        while !isStopping {
            waitForEvents()
            takeMessages()
            takeResults()
            expireCallers()
            startQueued()
        }
        mailbox.close()
        for ticket in Array(callers.keys) { answer(ticket, .failure(failure)) }
        return stopContinuations
    }

    // MARK: Events

    private func waitForEvents() {
        var descriptors = [
            pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: ub_fd(context.pointer), events: Int16(POLLIN), revents: 0),
        ]
        // Interrupted or not, every source is looked at afterwards.
        _ = poll(&descriptors, nfds_t(descriptors.count), millisecondsToNextDeadline())
    }

    private func millisecondsToNextDeadline() -> Int32 {
        guard let next = deadlines.first else { return -1 }
        let remaining = clock.now.duration(to: next.instant)
        guard remaining > .zero else { return 0 }
        let milliseconds = remaining / .milliseconds(1)
        return Int32(min(milliseconds.rounded(.up), 3_600_000))
    }

    private func takeMessages() {
        for message in mailbox.take() {
            switch message {
            case .ask(let question, let ticket, let continuation):
                ask(question, WaitingCaller(question: question, continuation: continuation), ticket)
            case .cancel(let ticket):
                answer(ticket, .failure(.transient(.cancelled)))
            case .stop(let continuation):
                isStopping = true
                if let continuation { stopContinuations.append(continuation) }
            }
        }
    }

    private func takeResults() {
        guard ub_poll(context.pointer) != 0 else { return }
        let code = ub_process(context.pointer)
        for question in finished.take() { complete(question) }
        guard code != UB_NOERROR.rawValue else { return }
        // The pipe to the worker is broken: nothing that runs will ever be answered, and going on would mean to spin on
        // a descriptor that stays readable. The questions themselves stay until the library is gone, which knows
        // their addresses.
        failure = .transient(.resolverFailure(explanation: UnboundContext.explanation(of: code)))
        isStopping = true
    }

    private func expireCallers() {
        let now = clock.now
        while let next = deadlines.first, next.instant <= now || callers[next.ticket] == nil {
            _ = deadlines.popFirst()
            answer(next.ticket, .failure(.transient(.timedOut)))
        }
    }

    // MARK: Questions

    private func ask(_ question: DNSQuestion, _ caller: WaitingCaller, _ ticket: UInt64) {
        callers[ticket] = caller
        deadlines.append(Deadline(ticket: ticket, instant: clock.now + timeout))
        if let same = running[question] {
            same.tickets.append(ticket)
        } else if waitingForTurn[question] != nil {
            waitingForTurn[question]?.append(ticket)
        } else {
            waitingForTurn[question] = [ticket]
            queued.append(question)
        }
    }

    private func startQueued() {
        while running.count < maximumRunningQuestions, let question = queued.popFirst() {
            let tickets = (waitingForTurn.removeValue(forKey: question) ?? []).filter { callers[$0] != nil }
            if !tickets.isEmpty { start(question, tickets) }
        }
    }

    private func start(_ question: DNSQuestion, _ tickets: [UInt64]) {
        let entry = RunningQuestion(question, tickets, finished)
        running[question] = entry
        let code = ub_resolve_async(
            context.pointer, question.name, Int32(question.type.rawValue), 1, Unmanaged.passUnretained(entry).toOpaque(), takeResult, nil)
        guard code != UB_NOERROR.rawValue else { return }
        entry.outcome = .failure(.transient(.resolverFailure(explanation: UnboundContext.explanation(of: code))))
        complete(entry)
    }

    private func complete(_ entry: RunningQuestion) {
        running[entry.question] = nil
        for ticket in entry.tickets { answer(ticket, entry.outcome) }
    }

    /// Answers a caller; one that was answered before is passed over.
    private func answer(_ ticket: UInt64, _ result: Result<DNSAnswer, DNSError>) {
        guard let caller = callers.removeValue(forKey: ticket) else { return }
        mailbox.callersServed(1)
        caller.continuation.resume(returning: result)
    }
}

/// A question the library works on. Lives in `UnboundThread.running` until its result came; the library holds only its
/// address, and calls back on the same thread.
private final class RunningQuestion {
    let question: DNSQuestion
    var tickets: [UInt64]
    var outcome: Result<DNSAnswer, DNSError> = .failure(.transient(.serverFailure))
    let finished: FinishedQuestions

    init(_ question: DNSQuestion, _ tickets: [UInt64], _ finished: FinishedQuestions) {
        self.question = question
        self.tickets = tickets
        self.finished = finished
    }
}

/// Collects what the callback reports while `ub_process` runs.
private final class FinishedQuestions {
    private var questions: [RunningQuestion] = []

    func append(_ question: RunningQuestion) {
        questions.append(question)
    }

    func take() -> [RunningQuestion] {
        defer { questions.removeAll() }
        return questions
    }
}

/// Called by `ub_process`, on the resolver's thread.
private func takeResult(_ argument: UnsafeMutableRawPointer?, _ code: Int32, _ result: UnsafeMutablePointer<ub_result>?) {
    defer { ub_resolve_free(result) }
    guard let argument else { return }
    let entry = Unmanaged<RunningQuestion>.fromOpaque(argument).takeUnretainedValue()
    if code == UB_SERVFAIL.rawValue {
        entry.outcome = .failure(.transient(.serverFailure))
    } else if code == UB_NOERROR.rawValue, let result {
        let copy = UnboundResult(copying: result.pointee)
        entry.outcome = Result { () throws(DNSError) in
            try DNSAnswer(judging: copy, name: entry.question.name, type: entry.question.type)
        }
    } else {
        entry.outcome = .failure(.transient(.resolverFailure(explanation: UnboundContext.explanation(of: code))))
    }
    entry.finished.append(entry)
}
