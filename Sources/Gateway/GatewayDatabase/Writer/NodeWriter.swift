package import Cluster
import Delivery
import Firebird
import Logging
import MessageLog
import Metrics
import Settings
import Synchronization

/// The node's one writer: everything that touches message, recipient and queue rows goes through it, as group commits.
///
/// Callers append their work and wait; while one batch is being committed the next one collects, so that a busy node commits many
/// messages at once and an idle one does not wait. Each batch begins by raising the node's counter under the condition that the
/// incarnation is still the one it began with: a node declared dead can write nothing more, and every batch is a heartbeat.
///
/// Any number of tasks may call it. Answers come after the commit of the caller's own batch. Batches are committed in the order their
/// work arrived. When the database is away, work waits until its caller's deadline; a caller's cancellation does not shorten that.
package final class NodeWriter: Sendable {
    private struct State {
        var backlog = WriterBacklog()
        var running: [WriterItem] = []
        var settingsRevision = SettingsRevision.none
        var isDead = false
        /// Nothing more is accepted.
        var isClosing = false
        /// Batches wait for the database until `closingDeadline` after this.
        var closingSince: ContinuousClock.Instant?
        var loop: CheckedContinuation<Void, Never>?
        var isWatchingDeadlines = false
        var task: Task<Void, Never>?
    }

    /// Whose rows it writes.
    package let incarnation: Incarnation
    let limits: WriterLimits
    let sessions: DatabaseSessions
    let logger: Logger
    /// Claims whose answer was lost; later claims free what they took.
    let lostClaims = Mutex<[LostClaim]>([])
    private let connection: FirebirdConnection
    private let heartbeat: ConfirmedHeartbeat
    private let state = Mutex(State())
    private let metrics = WriterMetrics()
    /// Who sends and gets accepted mail; see `NodeWriter+correspondents.swift`.
    let tally = Mutex(CorrespondentTally())

    /// For what is tried when the closing deadline is near or past.
    private static let lastBatchDeadline = Duration.seconds(1)

    /// How often deadlines are looked at while anybody waits.
    private static let deadlineStep = Duration.milliseconds(50)

    init(
        incarnation: Incarnation, connection: FirebirdConnection, sessions: DatabaseSessions, heartbeat: ConfirmedHeartbeat,
        limits: WriterLimits, logger: Logger
    ) {
        self.incarnation = incarnation
        self.connection = connection
        self.sessions = sessions
        self.heartbeat = heartbeat
        self.limits = limits
        self.logger = logger
        // Ends when `close` is called, which awaits it.
        let task = Task { await self.writeBatches() }
        state.withLock { $0.task = task }
    }

    /// Commits what waits, says goodbye in the node's row, and ends. Further work is refused. When the database is away what waits is
    /// dropped after `WriterLimits.closingDeadline`; a call that hangs then takes a few seconds more.
    package func close() async {
        state.withLock { if $0.closingSince == nil { $0.closingSince = .now } }
        writeCorrespondents(isLast: true)
        // A failure means the others will see the silence instead of the goodbye.
        _ = await submit(.farewell, deadline: limits.closingDeadline)
        let (task, loop) = state.withLock { state in
            state.isClosing = true
            defer { state.loop = nil }
            return (state.task, state.loop)
        }
        loop?.resume()
        await task?.value
        await connection.close()
    }

    func setSettingsRevision(_ revision: SettingsRevision) { state.withLock { $0.settingsRevision = max($0.settingsRevision, revision) } }

    /// Appends work and waits for its batch.
    func submit(_ work: WriterWork, deadline: Duration) async -> WriterItem.Answer {
        let due = ContinuousClock.now.advanced(by: deadline)
        return await withCheckedContinuation { continuation in
            let item = WriterItem(work, due: due, caller: continuation)
            if let refusal = append(item) { item.answer(.failure(refusal)) }
        }
    }

    /// Appends a log row nobody waits for.
    func submit(unattended work: WriterWork) {
        // Only fails when nothing more will be written at all.
        _ = append(WriterItem(unattended: work))
    }

    private func append(_ item: WriterItem) -> DeliveryQueueError? {
        let (loop, watches, error) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Bool, DeliveryQueueError?) in
            if state.isDead { return (nil, false, .declaredDead) }
            // The loop itself withdraws while it ends.
            if state.isClosing, !item.isWithdrawal { return (nil, false, .unavailable(cause: "the node is stopping")) }
            if !item.isUnattended, state.backlog.count >= limits.waiting {
                return (nil, false, .unavailable(cause: "\(state.backlog.count) writes wait already"))
            }
            state.backlog.append(item)
            let dropped = state.backlog.trimRefusals(to: limits.waitingRefusals)
            if dropped > 0 { metrics.droppedRefusals.increment(by: dropped) }
            let watches = !item.isUnattended && !state.isWatchingDeadlines
            if watches { state.isWatchingDeadlines = true }
            defer { state.loop = nil }
            return (state.loop, watches, nil)
        }
        if error != nil { metrics.refused.increment() }
        // Ends by itself as soon as nobody waits any more.
        if watches { Task { await watchDeadlines() } }
        loop?.resume()
        return error
    }
}

// MARK: - deadlines

extension NodeWriter {
    private func watchDeadlines() async {
        repeat {
            // Not cancelled by anybody; were it, the loop would only look more often.
            try? await Task.sleep(for: Self.deadlineStep)
            expire(at: .now)
        } while isAnybodyWaiting
    }

    private var isAnybodyWaiting: Bool {
        let (isWaiting, count) = state.withLock { state in
            state.isWatchingDeadlines = !state.backlog.isEmpty || !state.running.isEmpty
            return (state.isWatchingDeadlines, state.backlog.count)
        }
        // The last look finds none, so that the gauge does not stay at what waited a moment before.
        metrics.waiting.record(count)
        return isWaiting
    }

    /// Answers those whose time is over. What waits is taken out; what is in the running batch stays in it.
    private func expire(at now: ContinuousClock.Instant) {
        let (overdue, running) = state.withLock { state in
            (state.backlog.removeOverdue(at: now), state.running.filter { !$0.isUnattended && $0.due <= now })
        }
        for item in overdue { item.answer(.failure(.unavailable(cause: "not written in time"))) }
        var expired = overdue.count
        for item in running where item.answer(.failure(.unavailable(cause: "no answer in time; the outcome is unknown"))) { expired += 1 }
        if expired > 0 { metrics.expired.increment(by: expired) }
    }
}

// MARK: - batches

extension NodeWriter {
    private func writeBatches() async {
        while let items = await nextBatch() {
            await write(items)
            state.withLock { $0.running = [] }
        }
    }

    /// Waits for work. `nil` when closing and all is written.
    private func nextBatch() async -> [WriterItem]? {
        while true {
            let (batch, isOver) = state.withLock { state -> ([WriterItem], Bool) in
                let batch = state.backlog.takeBatch(limits)
                state.running = batch
                return (batch, batch.isEmpty && state.isClosing)
            }
            if !batch.isEmpty { return batch }
            if isOver { return nil }
            await waitForWork()
        }
    }

    private func waitForWork() async {
        await withCheckedContinuation { continuation in
            let isNeeded = state.withLock { state in
                guard state.backlog.isEmpty, !state.isClosing else { return false }
                state.loop = continuation
                return true
            }
            if !isNeeded { continuation.resume() }
        }
    }

    /// Writes a batch, again after whatever passes by itself, until all its callers have their answer.
    private func write(_ items: [WriterItem]) async {
        let identifier = RecordIdentifier(milliseconds: UTCTime.now().milliseconds)
        let written = LastResult<WriterBatch.Written>()
        var course = BatchCourse(limits: limits)
        while true {
            let wanted = items.filter(\.isWanted)
            // What may have been committed has to be found out even if nobody waits for it any more.
            if wanted.isEmpty && written.value == nil { return }
            let begun = ContinuousClock.now
            let batch = WriterBatch(
                identifier: identifier, holder: incarnation, items: wanted, settingsRevision: state.withLock(\.settingsRevision),
                isCareful: course.isCareful, time: .now(), written: written)
            do {
                let result = try await connection.transaction(deadline: batchDeadline(at: begun)) { try batch.write($0) }
                heartbeat.confirm(begunAt: begun)
                if course.hasFailed {
                    logger.notice("the writer's batch was written after all", metadata: ["attempts": "\(course.attempts)"])
                }
                return await deliver(result, since: begun)
            } catch DeliveryQueueError.declaredDead {
                return die(wanted)
            } catch {
                switch course.next(after: error, closingSince: state.withLock(\.closingSince)) {
                case .again(let pause):
                    report(error, course)
                    // Cancelled by nobody.
                    if let pause { try? await Task.sleep(for: pause) }
                case .giveUp:
                    return giveUp(wanted, error)
                }
            }
        }
    }

    private var isStopping: Bool { state.withLock { $0.closingSince != nil } }

    /// While closing there is no time left for a whole one.
    private func batchDeadline(at now: ContinuousClock.Instant) -> Duration {
        guard let since = state.withLock(\.closingSince) else { return limits.batchDeadline }
        return min(limits.batchDeadline, max(now.duration(to: since.advanced(by: limits.closingDeadline)), Self.lastBatchDeadline))
    }

    private func deliver(_ result: WriterBatch.Written, since begun: ContinuousClock.Instant) async {
        metrics.batchItems.record(result.items.count)
        metrics.batchRows.record(result.items.reduce(0) { $0 + $1.weight })
        metrics.batchSeconds.record(duration: begun.duration(to: .now))
        if result.isUncounted { metrics.uncountedBatches.increment() }
        var isInTrouble = false
        for (item, answer) in zip(result.items, result.answers) {
            if case .failure(let error) = answer {
                if case .unavailable = error { isInTrouble = true }
                fail(item, error)
            }
            if case .success = answer { count(item.work) }
            let isHeard = item.answer(answer)
            if !isHeard, let message = item.work.acceptedMessage, case .success = answer { withdraw(message) }
        }
        // Whoever was told to come again comes at once; the trouble is the database's and takes its time. Cancelled by nobody.
        if isInTrouble, !isStopping { try? await Task.sleep(for: limits.longestPause) }
    }

    /// A piece of work that failed on its own, in a batch that was committed.
    private func fail(_ item: WriterItem, _ error: DeliveryQueueError) {
        metrics.refused.increment()
        logger.error("the database does not take a row", metadata: ["cause": "\(error)"])
        guard item.isUnattended else { return }
        // A message that its sender was told to send again must go, however long that takes.
        if case .unavailable = error, item.isWithdrawal, !isStopping, append(WriterItem(unattended: item.work)) == nil { return }
        metrics.droppedRefusals.increment()
    }

    /// Its sender was told to come again, so it must not stay.
    private func withdraw(_ message: RecordIdentifier) {
        metrics.withdrawn.increment()
        logger.warning("a message was committed too late and is withdrawn", metadata: ["message": "\(message)"])
        submit(unattended: .withdrawal(message))
    }

    private func die(_ items: [WriterItem]) {
        let rest = state.withLock { state in
            state.isDead = true
            return state.backlog.removeAll()
        }
        logger.critical(
            "this incarnation of the node is no more; nothing is written any longer", metadata: ["incarnation": "\(incarnation.number)"])
        for item in items + rest { item.answer(.failure(.declaredDead)) }
    }

    /// Answers and drops the batch; when closing, everything that waits behind it too, for it would fare no better.
    private func giveUp(_ items: [WriterItem], _ error: any Error) {
        let rest: [WriterItem] = state.withLock { state in
            guard state.closingSince != nil else { return [] }
            state.isClosing = true
            return state.backlog.removeAll()
        }
        let all = items + rest
        let dropped = all.count { $0.isUnattended }
        metrics.failedBatches.increment()
        if dropped > 0 { metrics.droppedRefusals.increment(by: dropped) }
        logger.error(
            "what waited could not be written", metadata: ["cause": "\(error)", "items": "\(all.count)", "dropped log rows": "\(dropped)"])
        for item in all { item.answer(.failure(.unavailable(cause: "\(error)"))) }
    }

    private func report(_ error: any Error, _ course: BatchCourse) {
        metrics.retriedBatches.increment()
        guard course.attempts == 1 || course.attempts.isMultiple(of: 100) else { return }
        logger.warning("the writer's batch is tried again", metadata: ["cause": "\(error)", "attempts": "\(course.attempts)"])
    }
}
