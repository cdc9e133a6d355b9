import SMTP
import Settings

/// Which destination gets a connection, and which connection gets which message. Pure: events in, commands out.
///
/// Each destination has a queue, a window of connections that grows with success and shrinks with failure, and a pause after its last
/// connection failed. While a pause lasts everything for the destination is deferred at once, after it one connection probes; so a
/// dead destination costs one connection now and then, and holds no memory. One that is slow keeps a share of memory, and never the last
/// connections. Work per message does not depend on how much waits.
struct DeliverySchedule {
    typealias WorkerID = Int

    struct Limits: Equatable {
        var maximumConnections: Int
        var connectionsPerDestination: Int
        /// To a destination nothing is known of.
        var firstConnections: Int
        var longestPause: Duration
        var idle: Duration
        var activeRecipients: Int

        /// Recipients that may wait for one destination that does not get on, of `count` such destinations: together they keep no
        /// more than half of the memory, so that some silent ones never stop the mail of others.
        func recipientsPerDestination(slow count: Int) -> Int {
            max(1, min(max(100, activeRecipients / 4), activeRecipients / 2 / max(1, count)))
        }
        /// Kept for destinations that have no connection, so that some slow ones do not hold all of them.
        var reservedConnections: Int { maximumConnections / 8 }

        init(_ settings: DeliverySettings) {
            maximumConnections = settings.maximumConnections
            connectionsPerDestination = settings.connectionsPerDestination
            firstConnections = min(settings.firstConnectionsPerDestination, settings.connectionsPerDestination)
            longestPause = .seconds(settings.longestPauseSeconds)
            idle = .seconds(settings.idleConnectionSeconds)
            activeRecipients = settings.activeRecipients
        }
    }

    enum Command {
        case start(WorkerID, NextHop)
        /// A parked worker goes on with this job.
        case resume(WorkerID, DeliveryJob)
        /// A parked worker closes its connection.
        case retire(WorkerID)
        /// Nothing is tried for these: their destination has just failed so.
        case settle([DeliveryJob], DeliveryOutcome)
    }

    /// What a worker does next.
    enum Next {
        case job(DeliveryJob)
        /// Wait, with the connection open.
        case park
        case end
    }

    private struct Waiting {
        let job: DeliveryJob
        let since: ContinuousClock.Instant
    }

    private struct Destination {
        var queue = JobQueue<Waiting>()
        /// Of all jobs in the queue.
        var recipients = 0
        var workers = 0
        /// Workers that have not taken their first job.
        var starting = 0
        /// Workers with a connection that stands.
        var connected = 0
        var idle: [(worker: WorkerID, since: ContinuousClock.Instant)] = []
        var window: Int
        var failures = 0
        var pausedUntil: ContinuousClock.Instant?
        var reason: DeliveryOutcome?
        var isNeedy = false
        var isWanting = false

        mutating func append(_ job: DeliveryJob, _ now: ContinuousClock.Instant) {
            queue.append(Waiting(job: job, since: now))
            recipients += job.recipients.count
        }

        mutating func popFirst() -> DeliveryJob? {
            guard let first = queue.popFirst() else { return nil }
            recipients -= first.job.recipients.count
            return first.job
        }

        mutating func removeAll() -> [DeliveryJob] {
            recipients = 0
            return queue.removeAll().map(\.job)
        }

        /// Mail has waited long. Much mail alone does not show that: a quick next hop may have a long queue.
        func isSlow(_ now: ContinuousClock.Instant) -> Bool { queue.first.map { $0.since + DeliverySchedule.patience <= now } ?? false }

        /// What waits above a number of recipients, the latest first.
        mutating func shed(above maximum: Int) -> [DeliveryJob] {
            var excess: [DeliveryJob] = []
            while recipients > maximum, queue.count > 1, let last = queue.popLast() {
                recipients -= last.job.recipients.count
                excess.append(last.job)
            }
            return excess
        }
    }

    /// For what is not kept in memory for a slow destination.
    private static let tooMuchWaits = DeliveryOutcome.deferred(
        DeliveryReply(EnhancedStatusCode(.persistentTransientFailure, 4, 5), "too much waits for this destination already"))

    private var destinations: [NextHop: Destination] = [:]
    private var workerCount = 0
    private var lastWorker = 0
    private var idleCount = 0
    /// Destinations that have mail and no connection while none is to be had, in order; others give up one for them.
    private var needy = JobQueue<NextHop>()
    /// Destinations that could use a further connection.
    private var wanting = JobQueue<NextHop>()
    private var isStopped = false
    /// Destinations that did not get on when time was last looked at.
    private var slowCount = 1
    var limits: Limits

    static let firstPause = Duration.seconds(1)
    /// How long a failed destination is remembered after its pause.
    static let memory = Duration.seconds(300)
    /// Jobs a connection may have while other destinations have none.
    static let servedWhileOthersNeed = 10
    /// Connections that broke in the middle, one after the other, before a destination counts as failed.
    static let toleratedLosses = 3
    /// A destination whose oldest message has waited so long does not get on: from then on it keeps no more than its share of memory.
    static let patience = Duration.seconds(30)

    init(limits: Limits) { self.limits = limits }

    var connectionCount: Int { workerCount }
    var destinationCount: Int { destinations.count }
    func queued(for nextHop: NextHop) -> Int { destinations[nextHop]?.queue.count ?? 0 }

    /// A job has come.
    mutating func add(_ job: DeliveryJob, now: ContinuousClock.Instant) -> [Command] {
        if isStopped { return [] }
        var destination = destinations[job.nextHop] ?? Destination(window: limits.firstConnections)
        if let pausedUntil = destination.pausedUntil {
            if now < pausedUntil, let reason = destination.reason { return [.settle([job], reason)] }
            destination.pausedUntil = nil
        }
        if let idle = destination.idle.popLast() {
            idleCount -= 1
            destinations[job.nextHop] = destination
            return [.resume(idle.worker, job)]
        }
        if destination.isSlow(now), destination.recipients + job.recipients.count > limits.recipientsPerDestination(slow: slowCount) {
            destinations[job.nextHop] = destination
            return [.settle([job], Self.tooMuchWaits)]
        }
        destination.append(job, now)
        let commands = grow(&destination, job.nextHop)
        destinations[job.nextHop] = destination
        return commands
    }

    /// A worker is free.
    /// - Parameters:
    ///   - served: how many jobs it has had.
    ///   - canPark: it has a connection that another message could use.
    mutating func next(_ worker: WorkerID, of nextHop: NextHop, served: Int, canPark: Bool, now: ContinuousClock.Instant) -> Next {
        guard !isStopped, var destination = destinations[nextHop] else { return .end }
        defer { destinations[nextHop] = destination }
        if served == 0 {
            destination.starting -= 1
        } else {
            // Others wait: a destination with several connections gives one up, one with a single connection its turn.
            if !needy.isEmpty && (destination.workers > 1 || served >= Self.servedWhileOthersNeed) { return .end }
            if destination.workers > destination.window { return .end }
        }
        if let job = destination.popFirst() { return .job(job) }
        guard canPark, limits.idle > .zero, needy.isEmpty, wanting.isEmpty else { return .end }
        destination.idle.append((worker, now))
        idleCount += 1
        return .park
    }

    /// A worker has a connection.
    mutating func connected(_ nextHop: NextHop) { destinations[nextHop]?.connected += 1 }

    /// A worker's connection is no more.
    mutating func disconnected(_ nextHop: NextHop) { destinations[nextHop]?.connected -= 1 }

    /// A message went through: the destination lives and may have a connection more.
    mutating func succeeded(_ nextHop: NextHop) -> [Command] {
        guard var destination = destinations[nextHop] else { return [] }
        destination.failures = 0
        destination.reason = nil
        destination.window = min(destination.window + 1, limits.connectionsPerDestination)
        let commands = grow(&destination, nextHop)
        destinations[nextHop] = destination
        return commands
    }

    /// No connection could be had for `job`.
    mutating func connectionFailed(
        _ nextHop: NextHop, _ job: DeliveryJob, _ outcome: DeliveryOutcome, now: ContinuousClock.Instant
    ) -> [Command] {
        guard var destination = destinations[nextHop] else { return [.settle([job], outcome)] }
        defer { destinations[nextHop] = destination }
        if destination.connected > 0 {
            // Others stand: the server only wants no more of them.
            destination.window = max(1, destination.connected)
            guard job.handedBack < Self.toleratedLosses else { return [.settle([job], outcome)] }
            var again = job
            again.handedBack += 1
            destination.queue.prepend(Waiting(job: again, since: now))
            destination.recipients += again.recipients.count
            return []
        }
        // Several connections fail at the same moment; the first one counts.
        if let pausedUntil = destination.pausedUntil, now < pausedUntil { return [.settle([job], outcome)] }
        return [pause(&destination, outcome, job, now)]
    }

    /// A connection broke in the middle of a transaction, or the server closed it with 421.
    mutating func connectionLost(_ nextHop: NextHop, _ outcome: DeliveryOutcome, now: ContinuousClock.Instant) -> [Command] {
        guard var destination = destinations[nextHop] else { return [] }
        defer { destinations[nextHop] = destination }
        destination.window = max(1, destination.window / 2)
        destination.failures += 1
        guard destination.failures >= Self.toleratedLosses, destination.connected == 0 else { return [] }
        return [pause(&destination, outcome, nil, now)]
    }

    /// A worker is gone. Its permit goes to whoever has waited longest.
    mutating func ended(_ nextHop: NextHop) -> [Command] {
        workerCount -= 1
        if var destination = destinations[nextHop] {
            destination.workers -= 1
            if !destination.queue.isEmpty { line(up: &destination, nextHop) }
            let isForgotten = destination.workers == 0 && destination.queue.isEmpty && destination.failures == 0
            destinations[nextHop] = isForgotten ? nil : destination
        }
        return isStopped ? [] : feed()
    }

    /// An administrator wants a try now: pauses end, and the next message probes.
    mutating func liftPauses() {
        for nextHop in Array(destinations.keys) {
            destinations[nextHop]?.pausedUntil = nil
            destinations[nextHop]?.reason = nil
        }
    }

    /// Time has passed: closes what was idle too long and forgets old failures.
    mutating func tick(now: ContinuousClock.Instant) -> [Command] {
        var commands: [Command] = []
        slowCount = destinations.values.count { $0.isSlow(now) }
        for (nextHop, var destination) in destinations {
            let expired = destination.idle.prefix { $0.since + limits.idle <= now }
            if !expired.isEmpty {
                commands += expired.map { .retire($0.worker) }
                idleCount -= expired.count
                destination.idle.removeFirst(expired.count)
                destinations[nextHop] = destination
            }
            if destination.isSlow(now) {
                let excess = destination.shed(above: limits.recipientsPerDestination(slow: slowCount))
                if !excess.isEmpty { commands.append(.settle(excess, Self.tooMuchWaits)) }
                destinations[nextHop] = destination
            }
            guard destination.workers == 0, destination.queue.isEmpty else { continue }
            if destination.pausedUntil.map({ $0 + Self.memory <= now }) ?? true { destinations[nextHop] = nil }
        }
        return commands + feed()
    }

    /// Nothing new is begun. - Returns: what was not begun, and the workers to wake.
    mutating func stop() -> (waiting: [DeliveryJob], commands: [Command]) {
        isStopped = true
        var waiting: [DeliveryJob] = []
        var commands: [Command] = []
        for nextHop in Array(destinations.keys) {
            waiting += destinations[nextHop]?.removeAll() ?? []
            commands += destinations[nextHop]?.idle.map { .retire($0.worker) } ?? []
            destinations[nextHop]?.idle = []
        }
        idleCount = 0
        return (waiting, commands)
    }
}

extension DeliverySchedule {
    /// Starts a worker if the queue needs one, the window allows one and a connection is left.
    private mutating func grow(_ destination: inout Destination, _ nextHop: NextHop) -> [Command] {
        let window = min(destination.window, limits.connectionsPerDestination)
        guard destination.queue.count > destination.starting, destination.workers < window else { return [] }
        let available = limits.maximumConnections - (destination.workers == 0 ? 0 : limits.reservedConnections)
        guard workerCount < available else {
            line(up: &destination, nextHop)
            return retireIdle(except: nextHop)
        }
        return [start(&destination, nextHop)]
    }

    private mutating func line(up destination: inout Destination, _ nextHop: NextHop) {
        if destination.workers == 0 {
            guard !destination.isNeedy else { return }
            destination.isNeedy = true
            needy.append(nextHop)
        } else {
            guard !destination.isWanting else { return }
            destination.isWanting = true
            wanting.append(nextHop)
        }
    }

    private mutating func start(_ destination: inout Destination, _ nextHop: NextHop) -> Command {
        workerCount += 1
        lastWorker += 1
        destination.workers += 1
        destination.starting += 1
        return .start(lastWorker, nextHop)
    }

    /// Connections that have become free go to those who have none, then to those who want more, each in turn.
    private mutating func feed() -> [Command] {
        var commands: [Command] = []
        while workerCount < limits.maximumConnections {
            if let nextHop = needy.popFirst() {
                commands += feed(nextHop) { $0.isNeedy = false }
            } else if workerCount < limits.maximumConnections - limits.reservedConnections, let nextHop = wanting.popFirst() {
                commands += feed(nextHop) { $0.isWanting = false }
            } else {
                break
            }
        }
        return commands
    }

    private mutating func feed(_ nextHop: NextHop, _ leaveLine: (inout Destination) -> Void) -> [Command] {
        guard var destination = destinations[nextHop] else { return [] }
        leaveLine(&destination)
        let commands = grow(&destination, nextHop)
        // One at a time; for the next connection it stands in line again.
        if !commands.isEmpty, destination.queue.count > destination.starting, destination.workers < destination.window {
            line(up: &destination, nextHop)
        }
        destinations[nextHop] = destination
        return commands
    }

    /// An idle connection elsewhere makes room.
    private mutating func retireIdle(except nextHop: NextHop) -> [Command] {
        guard idleCount > 0,
            let (other, idle) = destinations.first(where: { $0.key != nextHop && !$0.value.idle.isEmpty }).map({ ($0.key, $0.value.idle) }),
            let oldest = idle.first
        else { return [] }
        destinations[other]?.idle.removeFirst()
        idleCount -= 1
        return [.retire(oldest.worker)]
    }

    private func pause(
        _ destination: inout Destination, _ outcome: DeliveryOutcome, _ job: DeliveryJob?, _ now: ContinuousClock.Instant
    ) -> Command {
        destination.failures += 1
        destination.window = 1
        let waiting = destination.removeAll()
        // A permanent failure is about the domain, not its servers' health: it is found anew for the next message.
        if case .deferred = outcome {
            let doublings = min(destination.failures - 1, 12)
            destination.pausedUntil = now + min(Self.firstPause * (1 << doublings), limits.longestPause)
            destination.reason = outcome
        } else {
            destination.failures = 0
        }
        return .settle((job.map { [$0] } ?? []) + waiting, outcome)
    }
}
