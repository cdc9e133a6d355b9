import NIOCore
import Settings

/// The time limits of one session with one scheduled task: it looks seldom, and goes to sleep again when the limit has moved on.
struct SessionTimer {
    /// What is waited for.
    enum Pace {
        /// The handler's answer.
        case decision
        case command
        case content
        /// The client, after the last reply.
        case closing
    }

    private let commandTime: TimeAmount
    private let contentTime: TimeAmount
    private let transactionTime: TimeAmount
    private var deadline = NIODeadline.distantFuture
    private var transactionEnd: (transaction: RecordIdentifier, time: NIODeadline)?
    private var scheduled: Scheduled<Void>?
    private var scheduledFor = NIODeadline.distantFuture
    private var mustCompute = true

    init(_ limits: ReceptionSettings) {
        commandTime = .seconds(Int64(limits.commandTimeoutSeconds))
        contentTime = .seconds(Int64(limits.dataTimeoutSeconds))
        transactionTime = .seconds(Int64(limits.transactionTimeoutSeconds))
    }

    /// Something was achieved: the limit of the present phase begins anew. Octets of an unfinished line achieve nothing.
    mutating func touch() { mustCompute = true }

    var isDue: Bool { NIODeadline.now() >= deadline }

    mutating func cancel() {
        scheduled?.cancel()
        scheduled = nil
    }

    /// Computes the limit anew when touched or closing, and sees to it that `fired` is called in time.
    mutating func arm(_ pace: Pace, _ transaction: RecordIdentifier?, _ eventLoop: any EventLoop, fired: @escaping () -> Void) {
        let now = NIODeadline.now()
        if mustCompute || pace == .closing { compute(pace, transaction, now) }
        guard scheduled == nil || deadline < scheduledFor || scheduledFor <= now else { return }
        scheduled?.cancel()
        // Limits set later lie at least this far ahead; looking that often, none is missed.
        scheduledFor = min(deadline, now + min(commandTime, contentTime, transactionTime))
        scheduled = eventLoop.assumeIsolated().scheduleTask(deadline: scheduledFor) { fired() }
    }

    private mutating func compute(_ pace: Pace, _ transaction: RecordIdentifier?, _ now: NIODeadline) {
        mustCompute = false
        if transaction != transactionEnd?.transaction { transactionEnd = transaction.map { ($0, now + transactionTime) } }
        let paceEnd: NIODeadline =
            switch pace {
            case .decision: now + SessionLimits.decisionTime
            case .command: now + commandTime
            case .content: now + contentTime
            case .closing: min(deadline, now + SessionLimits.lingerTime)
            }
        deadline = min(paceEnd, transactionEnd?.time ?? paceEnd)
    }
}
