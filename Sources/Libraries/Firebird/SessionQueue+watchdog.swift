extension SessionQueue {
    /// From asking the engine to end a call until its connection is cut.
    private static let raiseTime = Duration.seconds(1)
    /// From cutting the connection until nobody waits for the call any more.
    private static let abortTime = Duration.seconds(2)

    private enum Action {
        case raise(SessionWatch, SessionJob)
        case abort(SessionWatch, SessionJob)
        case abandon(SessionJob)
    }

    /// The watchdog's life: sleeps until the next deadline, does what is due, and at the end joins the sessions.
    func watchOver() {
        while true {
            let (actions, isOver) = monitor.withLock {
                let actions = dueActions(.now)
                let isOver = isClosing && waiting.isEmpty && workers.allSatisfy(hasGone)
                if actions.isEmpty, !isOver { monitor.wait(for: .watch, until: nextLook) }
                return (actions, isOver)
            }
            for action in actions { perform(action) }
            if isOver { break }
        }
        end()
    }

    /// A worker stuck in a call that nothing ends is left to itself.
    private func hasGone(_ worker: Worker) -> Bool { worker.hasEnded || worker.job?.stage == .abandoned }

    /// Collects what is due and advances the jobs' stages; nothing is done under the lock.
    private func dueActions(_ now: MonotonicMoment) -> [Action] {
        var actions: [Action] = []
        for job in waiting where job.due <= now {
            job.interrupt(.deadline)
            job.stage = .finished
            actions.append(.abandon(job))
        }
        if !actions.isEmpty { waiting.removeAll { $0.stage == .finished } }
        for worker in workers {
            if let job = worker.job, job.due <= now, let action = advance(job, worker.watch, now) { actions.append(action) }
        }
        nextLook = (waiting.map(\.due) + workers.compactMap { $0.job?.due }).min() ?? .never
        return actions
    }

    private func advance(_ job: SessionJob, _ watch: SessionWatch, _ now: MonotonicMoment) -> Action? {
        switch job.stage {
        case .running:
            job.interrupt(.deadline)
            job.stage = .raised
            job.due = now.advanced(by: Self.raiseTime)
            return .raise(watch, job)
        case .raised:
            job.stage = .aborted
            job.due = now.advanced(by: Self.abortTime)
            return .abort(watch, job)
        case .aborted:
            job.stage = .abandoned
            job.due = .never
            return .abandon(job)
        case .created, .waiting, .abandoned, .finished:
            job.due = .never
            return nil
        }
    }

    private func perform(_ action: Action) {
        switch action {
        case .raise(let watch, let job):
            // Attaching cannot be interrupted, only left alone: it changes nothing in the database.
            if !watch.interrupt(job, abort: false), let reason = job.interruptionError { job.abandon(reason) }
        case .abort(let watch, let job): _ = watch.interrupt(job, abort: true)
        case .abandon(let job):
            if let reason = job.interruptionError { job.abandon(reason) }
        }
    }

    private func end() {
        let ended = monitor.withLock { workers }
        for worker in ended {
            if worker.hasEnded { worker.thread?.join() } else { worker.thread?.detach() }
        }
        let waiters = monitor.withLock {
            hasEnded = true
            workers = []
            watchdog?.detach()
            defer { closeWaiters = [] }
            return closeWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
