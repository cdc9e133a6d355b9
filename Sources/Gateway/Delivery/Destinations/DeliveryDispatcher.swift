import DomainsAndUsers
import Mail
import Settings
import SharedFolders
import Synchronization

/// Brings messages in memory to connection workers: routes them, and performs what the schedule decides.
final class DeliveryDispatcher: Sendable {
    private struct State {
        var schedule: DeliverySchedule
        var parked: [DeliverySchedule.WorkerID: CheckedContinuation<DeliveryJob?, Never>] = [:]
        /// Resumed before the worker had come to wait.
        var early: [DeliverySchedule.WorkerID: DeliveryJob?] = [:]
        var sessions: [DeliverySchedule.WorkerID: SMTPClientSession] = [:]
        var isStopped = false
        /// For one run: its workers end with it.
        var spawner = TaskSpawner()
    }

    private let state: Mutex<State>
    private let environment: DeliveryEnvironment
    private let recorder: OutcomeRecorder
    private let metrics: DeliveryMetrics

    init(_ environment: DeliveryEnvironment, recorder: OutcomeRecorder, metrics: DeliveryMetrics) {
        self.environment = environment
        self.recorder = recorder
        self.metrics = metrics
        state = Mutex(State(schedule: DeliverySchedule(limits: DeliverySchedule.Limits(environment.settings.delivery))))
    }

    /// After a stop, whose workers have ended: everything is begun anew.
    func begin() {
        let limits = DeliverySchedule.Limits(environment.settings.delivery)
        state.withLock { state in
            guard state.isStopped else { return }
            state = State(schedule: DeliverySchedule(limits: limits))
        }
    }

    /// Runs the connection workers until cancelled, which breaks off what they do.
    func run() async { await state.withLock(\.spawner).run() }

    var connectionCount: Int { state.withLock { $0.schedule.connectionCount } }

    /// Takes a message whose rows this node holds and whose recipients count as active.
    /// - Returns: `false` when stopped: the rows must be given back.
    func accept(_ lease: DeliveryLease, _ content: MessageContent) -> Bool {
        let jobs = Self.jobs(
            ActiveMessage(lease.message, content, rowCount: lease.isWhole ? lease.recipients.count : nil), lease.recipients, environment)
        let now = environment.instant()
        let commands: [DeliverySchedule.Command]? = state.withLock { state in
            guard !state.isStopped else { return nil }
            return jobs.flatMap { state.schedule.add($0, now: now) }
        }
        guard let commands else { return false }
        perform(commands)
        return true
    }

    /// The recipients of a message by next hop, in portions that a server takes in one transaction. Most messages have one recipient.
    static func jobs(_ active: ActiveMessage, _ recipients: [QueuedRecipient], _ environment: DeliveryEnvironment) -> [DeliveryJob] {
        let domains = environment.node.domains.directory
        let settings = environment.settings.delivery
        if recipients.count == 1 {
            let nextHop = NextHop.of(recipients[0].address, domains: domains, settings: settings)
            return [DeliveryJob(active: active, recipients: recipients, nextHop: nextHop)]
        }
        var routes: [MailboxDomain: NextHop] = [:]
        var groups: [NextHop: [QueuedRecipient]] = [:]
        for recipient in recipients {
            let nextHop = routes[recipient.address.domain] ?? NextHop.of(recipient.address, domains: domains, settings: settings)
            routes[recipient.address.domain] = nextHop
            groups[nextHop, default: []].append(recipient)
        }
        let maximumRecipients = settings.recipientsPerTransaction
        return groups.flatMap { nextHop, group in
            stride(from: 0, to: group.count, by: maximumRecipients).map { start in
                DeliveryJob(
                    active: active, recipients: Array(group[start..<min(start + maximumRecipients, group.count)]),
                    nextHop: nextHop)
            }
        }
    }

    /// Time has passed, or settings have changed.
    func tick() {
        let limits = DeliverySchedule.Limits(environment.settings.delivery)
        let now = environment.instant()
        let (commands, connections) = state.withLock { state in
            state.schedule.limits = limits
            return (state.schedule.tick(now: now), state.schedule.connectionCount)
        }
        metrics.connections(connections)
        perform(commands)
    }

    /// The next message for a destination that failed is tried, whatever its pause.
    func liftPauses() { state.withLock { $0.schedule.liftPauses() } }

    /// Nothing new is begun; what is under way goes on. What waited is forgotten here: its rows are given back all together.
    func stop() {
        let (waiting, commands) = state.withLock { state in
            state.isStopped = true
            return state.schedule.stop()
        }
        for job in waiting { recorder.forget(job.recipients.count) }
        perform(commands)
    }
}

extension DeliveryDispatcher {
    /// The worker's next job; `nil` ends it. Waits while the worker's connection is kept for another message.
    func next(_ worker: DeliverySchedule.WorkerID, of nextHop: NextHop, served: Int, canPark: Bool) async -> DeliveryJob? {
        let now = environment.instant()
        switch state.withLock({ $0.schedule.next(worker, of: nextHop, served: served, canPark: canPark, now: now) }) {
        case .job(let job): return job
        case .end: return nil
        case .park: break
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early: DeliveryJob?? = state.withLock { state in
                    if let early = state.early.removeValue(forKey: worker) { return early }
                    if state.isStopped { return .some(nil) }
                    state.parked[worker] = continuation
                    return nil
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            wake(worker, with: nil)
        }
    }

    func opened(_ session: SMTPClientSession, by worker: DeliverySchedule.WorkerID, _ nextHop: NextHop) {
        state.withLock { state in
            state.sessions[worker] = session
            state.schedule.connected(nextHop)
        }
    }

    func closed(by worker: DeliverySchedule.WorkerID, _ nextHop: NextHop) {
        state.withLock { state in
            guard state.sessions.removeValue(forKey: worker) != nil else { return }
            state.schedule.disconnected(nextHop)
        }
    }

    func succeeded(_ nextHop: NextHop) { perform(state.withLock { $0.schedule.succeeded(nextHop) }) }

    func connectionFailed(_ nextHop: NextHop, _ job: DeliveryJob, _ outcome: DeliveryOutcome) {
        let now = environment.instant()
        perform(state.withLock { $0.schedule.connectionFailed(nextHop, job, outcome, now: now) })
    }

    func connectionLost(_ nextHop: NextHop, _ outcome: DeliveryOutcome) {
        let now = environment.instant()
        perform(state.withLock { $0.schedule.connectionLost(nextHop, outcome, now: now) })
    }

    func ended(_ worker: DeliverySchedule.WorkerID, _ nextHop: NextHop) {
        perform(
            state.withLock { state in
                state.early[worker] = nil
                return state.schedule.ended(nextHop)
            })
    }

    private func perform(_ commands: [DeliverySchedule.Command]) {
        let spawner = state.withLock(\.spawner)
        for command in commands {
            switch command {
            case .start(let worker, let nextHop):
                let connection = ConnectionWorker(
                    identifier: worker, nextHop: nextHop, dispatcher: self, recorder: recorder, environment: environment, metrics: metrics)
                spawner.start { await connection.run() }
            case .resume(let worker, let job): wake(worker, with: job)
            case .retire(let worker): wake(worker, with: nil)
            case .settle(let jobs, let outcome):
                for job in jobs { recorder.settle(job, AttemptReport(outcome: outcome, count: job.recipients.count)) }
            }
        }
    }

    private func wake(_ worker: DeliverySchedule.WorkerID, with job: DeliveryJob?) {
        let continuation = state.withLock { state in
            if let waiting = state.parked.removeValue(forKey: worker) { return Optional(waiting) }
            // It has been told to park and is not there yet.
            state.early[worker] = .some(job)
            return nil
        }
        continuation?.resume(returning: job)
    }
}
