import Cluster
import Delivery
import MessageLog
import Quarantine
import Settings
import Synchronization

/// What the writer is asked to write.
enum WriterWork: Sendable {
    case submission(QueueSubmission)
    case record(DeliveryRecord)
    case refusal(RefusedMessage)
    case quarantine(QuarantineSubmission)
    case digest(DigestSubmission)
    /// Nothing but the node's own row: how it does.
    case beat(NodeFigures)
    /// A submission that was committed after its caller had been told that it was not.
    case withdrawal(RecordIdentifier)
    /// Some of the rows this incarnation holds become free.
    case giveBack
    /// The node's row says that it stopped.
    case farewell
    /// The most frequent addresses of this node.
    case correspondents([CorrespondentChange])

    /// The message whose sender waits for it.
    var acceptedMessage: RecordIdentifier? {
        switch self {
        case .submission(let submission): submission.message.identifier
        case .quarantine(let message): message.submission.message.identifier
        // What is in a digest is told again tomorrow, should it not be known to be written.
        case .digest, .record, .refusal, .beat, .withdrawal, .giveBack, .farewell, .correspondents: nil
        }
    }

    /// How many rows it changes, about: what a batch is measured by.
    var weight: Int {
        switch self {
        case .submission(let submission): 1 + 2 * submission.recipients.count + submission.refused.count
        case .record(let record): 3 * record.outcomes.count + (record.report.map { 1 + 2 * $0.recipients.count } ?? 0)
        case .refusal(let message): 1 + message.recipients.count
        case .quarantine(let message): 2 + 3 * message.submission.recipients.count + message.submission.refused.count
        case .digest(let digest): 5 + digest.listed.count + (digest.marksBefore == nil ? 0 : DigestContent.maximumMarked)
        case .beat, .withdrawal, .farewell: 1
        case .correspondents(let changes): changes.count
        case .giveBack: QueueGiveBack.rowsPerBatch
        }
    }
}

/// A message that was not accepted, for the log.
struct RefusedMessage: Sendable {
    let entry: MessageLogEntry
    let recipients: [RecipientLogEntry]
}

/// What the writer answers.
enum WriterReply: Sendable {
    case written
    case recorded(DeliveryRecordResult)
    /// How many rows became free.
    case givenBack(Int)
    case beaten(isDrainWanted: Bool)
    case digested(isWritten: Bool)
}

/// One piece of work and the caller that waits for it, if one does. It is answered once: by its batch or by its deadline.
final class WriterItem: Sendable {
    typealias Answer = Result<WriterReply, DeliveryQueueError>

    let work: WriterWork
    let weight: Int
    let due: ContinuousClock.Instant
    /// Nobody waits, it is written whenever that is possible.
    let isUnattended: Bool
    private let caller: Mutex<CheckedContinuation<Answer, Never>?>

    init(_ work: WriterWork, due: ContinuousClock.Instant, caller: CheckedContinuation<Answer, Never>) {
        self.work = work
        weight = work.weight
        self.due = due
        isUnattended = false
        self.caller = Mutex(caller)
    }

    init(unattended work: WriterWork) {
        self.work = work
        weight = work.weight
        due = .now
        isUnattended = true
        caller = Mutex(nil)
    }

    var isWithdrawal: Bool { if case .withdrawal = work { true } else { false } }

    /// Whether it is still to be written.
    var isWanted: Bool { isUnattended || caller.withLock { $0 != nil } }

    /// - Returns: false when the caller had its answer before.
    @discardableResult
    func answer(_ answer: Answer) -> Bool {
        let waiting = caller.withLock { caller in
            defer { caller = nil }
            return caller
        }
        waiting?.resume(returning: answer)
        return waiting != nil
    }
}
