import Logging
import Mail
import MessageLog
import SMTP
import Settings
import SharedFolders
import Synchronization

/// Writes down what came of deliveries. An outcome that happened is not forgotten while the process lives: while the database is away it
/// is tried again and again, by a bounded number of tasks. Outcomes are recorded side by side, so that the store can commit them together.
final class OutcomeRecorder: Sendable {
    private struct Item: Sendable {
        let active: ActiveMessage
        let outcomes: [RecipientOutcome]
        let reported: [ReportedRecipient]
    }

    private struct State {
        var queue = JobQueue<Item>()
        var workers = 0
        var handOver: (@Sendable (DeliveryLease, MessageContent) -> Bool)?
        var isStoreAway = false
    }

    private let state = Mutex(State())
    private let environment: DeliveryEnvironment
    private let active: ActiveRecipients
    private let reports: ReportMaker
    private let metrics: DeliveryMetrics
    private let spawner = TaskSpawner()

    /// Records under way at once: as many as one group commit takes, and few enough to wait cheaply for a database that is away.
    static let maximumWorkers = 128
    static let firstPause = Duration.milliseconds(100)
    static let longestPause = Duration.seconds(5)

    init(_ environment: DeliveryEnvironment, active: ActiveRecipients, metrics: DeliveryMetrics) {
        self.environment = environment
        self.active = active
        self.metrics = metrics
        reports = ReportMaker(environment: environment, active: active)
    }

    /// Records until cancelled; then what is not recorded is lost, and its rows stay with this incarnation.
    func run() async { await spawner.run() }

    /// Where reports go on: to the dispatcher, which in turn stands on this recorder.
    func setHandOver(_ handOver: @escaping @Sendable (DeliveryLease, MessageContent) -> Bool) {
        state.withLock { $0.handOver = handOver }
    }

    /// Nothing waits and nothing is under way.
    var isIdle: Bool { state.withLock { $0.queue.isEmpty && $0.workers == 0 } }

    /// An attempt has ended. Returns at once; the recipients count as active until it is written.
    func settle(_ job: DeliveryJob, _ report: AttemptReport) {
        let now = environment.now()
        var generator = SystemRandomNumberGenerator()
        let assessment = OutcomeAssessment(
            job, report, schedule: RetrySchedule(environment.settings.delivery), node: environment.node.identifier, now: now,
            using: &generator)
        log(job, report)
        metrics.attempted(report)
        // Only a report needs the content again; everything else lets go of its memory now.
        let isNeeded = !assessment.reported.isEmpty
        let active = isNeeded ? job.active : ActiveMessage(job.active.message)
        enqueue(Item(active: active, outcomes: assessment.outcomes, reported: assessment.reported))
    }

    /// Rows nothing happened to; they are given back with all others.
    func forget(_ count: Int) { active.release(count) }

    /// Takes rows away that may or may not have been written: their sender was told to come again. The recipients count as active
    /// until then.
    func withdraw(_ submission: QueueSubmission, cause: String) {
        let message = submission.message
        let now = environment.now()
        let outcomes = submission.recipients.map { recipient in
            RecipientOutcome(
                ordinal: recipient.ordinal, attempts: recipient.attempts, change: .finished(.deleted),
                event: DeliveryHistoryEvent(
                    message: message.identifier, ordinal: recipient.ordinal, at: now, node: environment.node.identifier, kind: .deleted,
                    reply: "withdrawn: \(cause)"))
        }
        enqueue(Item(active: ActiveMessage(message), outcomes: outcomes, reported: []))
    }

    private func enqueue(_ item: Item) {
        let mustStart = state.withLock { state in
            state.queue.append(item)
            guard state.workers < Self.maximumWorkers else { return false }
            state.workers += 1
            return true
        }
        if mustStart { spawner.start { await self.work() } }
    }

    private func work() async {
        while let item = takeNext() {
            await record(item)
            active.release(item.outcomes.count)
            metrics.activeRecipients(active.count)
        }
    }

    private func takeNext() -> Item? {
        state.withLock { state in
            if let item = state.queue.popFirst() { return item }
            state.workers -= 1
            return nil
        }
    }
}

extension OutcomeRecorder {
    private func record(_ item: Item) async {
        let message = item.active.message
        var report: ReportMaker.Prepared?
        if !item.reported.isEmpty, let sender = message.reversePath.address {
            report = await reports.prepare(item.active, item.reported, for: sender)
            if report == nil { return drop(message, nil, "this node stopped before its report was stored", level: .error) }
        }
        var pause = Self.firstPause
        var isUncertain = false
        while true {
            do throws(DeliveryQueueError) {
                let record = DeliveryRecord(message: message.identifier, outcomes: item.outcomes, report: report?.submission)
                let result = try await environment.store.record(record)
                storeAnswered()
                return finish(message, result, report, isUncertain: isUncertain)
            } catch {
                switch error {
                case .declaredDead: return drop(message, report, "\(error)", level: .notice)
                case .refused:
                    // The outcome itself must not be held up by a report that the database does not take.
                    guard let refused = report else { return drop(message, nil, "\(error)", level: .error) }
                    drop(message, refused, "\(error)", level: .error)
                    report = nil
                case .unavailable:
                    isUncertain = true
                    storeFailed(error)
                    guard await slept(pause) else { return drop(message, report, "\(error)", level: .error) }
                    pause = min(pause * 2, Self.longestPause)
                }
            }
        }
    }

    private func finish(_ message: QueuedMessage, _ result: DeliveryRecordResult, _ report: ReportMaker.Prepared?, isUncertain: Bool) {
        if !result.lost.isEmpty && !isUncertain {
            environment.logger.notice(
                "recipients were no longer held by this node",
                metadata: ["message": "\(message.identifier)", "count": "\(result.lost.count)"])
        }
        if result.isContentFree { environment.folder.remove([message.identifier], logger: environment.logger) }
        guard let report else { return }
        // Rows gone after an attempt whose commit was uncertain: that commit has succeeded, and the report is in the queue.
        guard result.lost.isEmpty || isUncertain else { return discard(report) }
        guard report.submission.isHeld else { return }
        let lease = DeliveryLease(message: report.submission.message, recipients: report.submission.recipients)
        let handOver = state.withLock { $0.handOver }
        // When stopped, the rows are given back with all others.
        if handOver?(lease, report.content) != true { active.release(lease.recipients.count) }
    }

    private func drop(_ message: QueuedMessage, _ report: ReportMaker.Prepared?, _ cause: String, level: Logger.Level) {
        environment.logger.log(
            level: level, "an outcome could not be recorded", metadata: ["message": "\(message.identifier)", "cause": "\(cause)"])
        if let report { discard(report) }
    }

    private func discard(_ report: ReportMaker.Prepared) {
        environment.folder.remove([report.submission.message.identifier], logger: environment.logger)
        if report.submission.isHeld { active.release(report.submission.recipients.count) }
    }

    private func slept(_ pause: Duration) async -> Bool {
        do {
            try await Task.sleep(for: pause)
            return true
        } catch {
            return false  // cancelled: the node stops and has waited long enough
        }
    }

    private func storeFailed(_ error: DeliveryQueueError) {
        let isNew = state.withLock { state in
            defer { state.isStoreAway = true }
            return !state.isStoreAway
        }
        if isNew { environment.logger.error("outcomes wait for the database", metadata: ["cause": "\(error)"]) }
    }

    private func storeAnswered() {
        let wasAway = state.withLock { state in
            defer { state.isStoreAway = false }
            return state.isStoreAway
        }
        if wasAway { environment.logger.notice("outcomes are recorded again") }
    }

    private func log(_ job: DeliveryJob, _ report: AttemptReport) {
        for (recipient, outcome) in zip(job.recipients, report.outcomes) {
            let level = outcome.logLevel
            guard level >= environment.logger.logLevel else { continue }
            environment.logger.log(
                level: level, "\(outcome.name)",
                metadata: [
                    "message": "\(job.active.message.identifier)", "recipient": "\(recipient.address)", "next-hop": "\(report.peer)",
                    "reply": "\(outcome.reply?.description ?? "")", "milliseconds": "\(report.durationMilliseconds)",
                ])
        }
    }
}

extension DeliveryOutcome {
    /// For logs and metrics.
    var name: String {
        switch self {
        case .delivered: "delivered"
        case .deferred: "deferred"
        case .failed: "failed"
        case .givenBack: "given-back"
        }
    }

    /// What went well stands in the message log and costs no line here.
    fileprivate var logLevel: Logger.Level {
        switch self {
        case .delivered, .givenBack: .debug
        case .deferred, .failed: .info
        }
    }
}
