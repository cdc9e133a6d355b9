import Logging
import Mail
import MessageLog
import SMTP
import Settings
import SharedFolders
import Synchronization

/// Writes down what came of deliveries. An outcome that happened is not forgotten while the process lives: while the database is away it
/// is tried again and again, by a bounded number of tasks. Outcomes are recorded side by side, so that the store can commit them together.
/// Those that call for a report wait for its content to be stored, apart from all others.
final class OutcomeRecorder: Sendable {
    struct Item: Sendable {
        let message: QueuedMessage
        let outcomes: [RecipientOutcome]
        /// These are all rows there are of the message.
        var isWhole = false
        var report: ReportMaker.Prepared?
    }

    /// Outcomes of which the sender must hear.
    struct Unreported: Sendable {
        let active: ActiveMessage
        let outcomes: [RecipientOutcome]
        let reported: [ReportedRecipient]
        let sender: EmailAddress
    }

    struct State {
        var queue = JobQueue<Item>()
        var workers = 0
        var unreported = JobQueue<Unreported>()
        /// Whose report is being stored, by number.
        var reporting: [Int: Unreported] = [:]
        var lastReporting = 0
        var reportWorkers = 0
        var areReportsEnded = false
        var handOver: (@Sendable (DeliveryLease, MessageContent) -> Bool)?
        var isStoreAway = false

        /// - Returns: whether a worker must be started.
        mutating func append(_ item: Item) -> Bool {
            queue.append(item)
            guard workers < OutcomeRecorder.maximumWorkers else { return false }
            workers += 1
            return true
        }
    }

    let state = Mutex(State())
    let environment: DeliveryEnvironment
    let active: ActiveRecipients
    let reports: ReportMaker
    private let metrics: DeliveryMetrics
    let spawner = TaskSpawner()

    /// Records under way at once: as many as one group commit takes, and few enough to wait cheaply for a database that is away.
    static let maximumWorkers = 128
    /// Reports stored at once: rare, and the message folder has other users.
    static let maximumReportWorkers = 16
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
    var isIdle: Bool {
        state.withLock { $0.queue.isEmpty && $0.workers == 0 && $0.unreported.isEmpty && $0.reporting.isEmpty }
    }

    /// An attempt has ended. Returns at once; the recipients count as active until it is written.
    func settle(_ job: DeliveryJob, _ report: AttemptReport) {
        let now = environment.now()
        var generator = SystemRandomNumberGenerator()
        let assessment = OutcomeAssessment(
            job, report, schedule: RetrySchedule(environment.settings.delivery), node: environment.node.identifier, now: now,
            using: &generator)
        log(job, report)
        metrics.attempted(report)
        let told = Set(assessment.reported.map(\.recipient.ordinal))
        let plain = told.isEmpty ? assessment.outcomes : assessment.outcomes.filter { !told.contains($0.ordinal) }
        if !plain.isEmpty {
            enqueue(Item(message: job.active.message, outcomes: plain, isWhole: plain.count == job.active.rowCount))
        }
        guard !told.isEmpty, let sender = job.active.message.reversePath.address else { return }
        // Only a report needs the content again; everything else lets go of its memory now.
        enqueue(
            Unreported(
                active: job.active, outcomes: assessment.outcomes.filter { told.contains($0.ordinal) }, reported: assessment.reported,
                sender: sender))
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
        enqueue(Item(message: message, outcomes: outcomes))
    }

    func enqueue(_ item: Item) {
        if state.withLock({ $0.append(item) }) { startWorker() }
    }

    func startWorker() { spawner.start { await self.work() } }

    private func work() async {
        while let item = takeNext() {
            if await record(item) { active.release(item.outcomes.count) }
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
    /// - Returns: whether it is done with; if not, it has been put in line again in parts.
    private func record(_ item: Item) async -> Bool {
        let message = item.message
        var report = item.report
        var pause = Self.firstPause
        var isUncertain = false
        while true {
            do throws(DeliveryQueueError) {
                let record = DeliveryRecord(
                    message: message.identifier, outcomes: item.outcomes, isWhole: item.isWhole, report: report?.submission,
                    reportEvents: report?.events ?? [])
                let result = try await environment.store.record(record)
                storeAnswered()
                finish(message, result, report, isUncertain: isUncertain)
                return true
            } catch {
                switch error {
                case .declaredDead:
                    drop(message, report, "\(error)", level: .notice)
                    return true
                case .refused:
                    // The outcome itself must not be held up by a report that the database does not take.
                    if let refused = report {
                        drop(message, refused, "\(error)", level: .error)
                        report = nil
                    } else if item.outcomes.count > 1 {
                        // One bad row must not take the others with it.
                        for outcome in item.outcomes { enqueue(Item(message: message, outcomes: [outcome])) }
                        return false
                    } else {
                        drop(message, nil, "\(error)", level: .error)
                        return true
                    }
                case .unavailable:
                    isUncertain = true
                    storeFailed(error)
                    guard await slept(pause) else {
                        drop(message, report, "\(error)", level: .error)
                        return true
                    }
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

    func discard(_ report: ReportMaker.Prepared) {
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
}
