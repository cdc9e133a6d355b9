import Mail
import MessageLog
import SMTP
import Settings

private typealias SMTPEvents = DeliveryNotifyCondition.Events

/// What one attempt brought, as it comes from a connection worker.
struct AttemptReport: Sendable, Hashable {
    /// One for each recipient of the job, in order.
    var outcomes: [DeliveryOutcome]
    /// `host[address]:port`, empty when none was reached.
    var peer = ""
    var hostName = ""
    var tls = ""
    var durationMilliseconds = 0
    /// The next hop took over the duty to report success (RFC 3461 section 5.2.2).
    var serverNotifies = false

    init(outcomes: [DeliveryOutcome]) { self.outcomes = outcomes }

    /// The same for all.
    init(outcome: DeliveryOutcome, count: Int) { outcomes = Array(repeating: outcome, count: count) }
}

/// One recipient as a report names it.
struct ReportedRecipient: Sendable, Hashable {
    /// RFC 3464 section 2.3.3.
    enum Action: String, Sendable, Hashable {
        case failed, delayed, relayed
    }

    let recipient: QueuedRecipient
    let action: Action
    let reply: DeliveryReply
    /// The name of the host that said it; empty for a finding of our own.
    let remoteHost: String
    let at: UTCTime
    /// Until when attempts go on, for a delay.
    let retryUntil: UTCTime?
}

/// What an attempt means: what becomes of each row, and what the sender is to be told. Pure.
struct OutcomeAssessment: Sendable {
    private(set) var outcomes: [RecipientOutcome] = []
    private(set) var reported: [ReportedRecipient] = []

    private let message: QueuedMessage
    private let report: AttemptReport
    private let schedule: RetrySchedule
    private let node: NodeID
    private let now: UTCTime

    init(
        _ job: DeliveryJob, _ report: AttemptReport, schedule: RetrySchedule, node: NodeID, now: UTCTime,
        using generator: inout some RandomNumberGenerator
    ) {
        message = job.active.message
        self.report = report
        self.schedule = schedule
        self.node = node
        self.now = now
        outcomes.reserveCapacity(job.recipients.count)
        for (recipient, outcome) in zip(job.recipients, report.outcomes) { assess(recipient, outcome, &generator) }
    }

    private mutating func assess(_ recipient: QueuedRecipient, _ outcome: DeliveryOutcome, _ generator: inout some RandomNumberGenerator) {
        switch outcome {
        case .delivered(let reply):
            add(recipient, .finished(.delivered), .delivered, reply.text, reply.transcript)
            if !report.serverNotifies && recipient.wants(.success) { tell(recipient, .relayed, reply) }
        case .failed(let reply):
            add(recipient, .finished(.failed), .failed, reply.description, reply.transcript)
            if recipient.wantsFailureReport { tell(recipient, .failed, reply) }
        case .givenBack: add(recipient, .givenBack, .deferred, "given back: this node did not finish the attempt")
        case .deferred(let reply):
            switch schedule.decision(queuedAt: queuedAt(recipient), now: now, using: &generator) {
            case .expired: expire(recipient, reply)
            case .again(let time): delay(recipient, reply, until: time)
            }
        }
    }

    /// When trying began.
    private func queuedAt(_ recipient: QueuedRecipient) -> UTCTime { recipient.queuedAt ?? message.receivedAt }

    private mutating func expire(_ recipient: QueuedRecipient, _ reply: DeliveryReply) {
        let last = DeliveryReply(.deliveryTimeExpired, "given up after the longest time in the queue; the last answer was: \(reply)")
        add(recipient, .finished(.failed), .expired, last.description, reply.transcript)
        if recipient.wantsFailureReport { tell(recipient, .failed, last) }
    }

    private mutating func delay(_ recipient: QueuedRecipient, _ reply: DeliveryReply, until time: UTCTime) {
        let isDue = schedule.callsForDelayNotice(queuedAt: queuedAt(recipient), now: now)
        let mustTell = isDue && !recipient.isDelayReported && recipient.wants(.delay) && !message.reversePath.isNull
        add(
            recipient, .deferred(nextAttemptAt: time, isDelayReported: recipient.isDelayReported || mustTell),
            mustTell ? .delayReported : .deferred, reply.description, reply.transcript)
        if mustTell { tell(recipient, .delayed, reply) }
    }

    private mutating func add(
        _ recipient: QueuedRecipient, _ change: RecipientOutcome.Change, _ kind: DeliveryHistoryEvent.Kind, _ text: String,
        _ transcript: RecordIdentifier? = nil
    ) {
        var event = DeliveryHistoryEvent(
            message: message.identifier, ordinal: recipient.ordinal, at: now, node: node, kind: kind,
            attempt: change == .givenBack ? 0 : recipient.attempts + 1, nextHop: report.peer, reply: text, tls: report.tls,
            durationMilliseconds: report.durationMilliseconds)
        event.transcript = transcript
        outcomes.append(RecipientOutcome(ordinal: recipient.ordinal, attempts: recipient.attempts, change: change, event: event))
    }

    /// A report about a report would go round for ever: without a reverse-path nobody is told (RFC 5321 section 4.5.5).
    private mutating func tell(_ recipient: QueuedRecipient, _ action: ReportedRecipient.Action, _ reply: DeliveryReply) {
        guard !message.reversePath.isNull else { return }
        reported.append(
            ReportedRecipient(
                recipient: recipient, action: action, reply: reply, remoteHost: reply.serverCode == nil ? "" : report.hostName, at: now,
                retryUntil: action == .delayed ? schedule.end(queuedAt: queuedAt(recipient)) : nil))
    }
}

extension OutcomeAssessment {
    /// The record that gives rows back to which nothing happened.
    static func giveBack(_ lease: DeliveryLease, node: NodeID, now: UTCTime) -> DeliveryRecord {
        let outcomes = lease.recipients.map { recipient in
            RecipientOutcome(
                ordinal: recipient.ordinal, attempts: recipient.attempts, change: .givenBack,
                event: DeliveryHistoryEvent(
                    message: lease.message.identifier, ordinal: recipient.ordinal, at: now, node: node, kind: .deferred,
                    reply: "given back: this node is stopping"))
        }
        return DeliveryRecord(message: lease.message.identifier, outcomes: outcomes)
    }
}

extension QueuedRecipient {
    fileprivate func wants(_ event: SMTPEvents) -> Bool {
        guard case .on(let events) = notify else { return false }
        return events.contains(event)
    }

    /// Without NOTIFY failures are reported (RFC 3461 section 4.1).
    fileprivate var wantsFailureReport: Bool { notify == nil || wants(.failure) }
}
