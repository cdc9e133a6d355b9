import Settings

/// Decides, reading by reading, what a node does about the primary role (cluster.md section 3). Silence counts only between its own
/// successful, gapless readings, on its own clock.
package struct PrimaryCourse: Sendable {
    /// What to do now.
    package enum Step: Sendable, Hashable {
        /// It is another's, or nobody may have it yet.
        case wait
        /// It is this node's, and was confirmed a moment ago.
        case keep
        case raise, take, giveBack
    }

    private struct Sighting: Sendable {
        let epoch: Int64
        let counter: Int64
        let since: ContinuousClock.Instant
    }

    private let own: Incarnation
    private var sighting: Sighting?
    private var lastReading: ContinuousClock.Instant?
    private var lastRaise: ContinuousClock.Instant?

    /// So long a holder must be silent before another takes the role.
    package static let term = Duration.seconds(15)
    /// How often its holder raises the counter: twice before it stops by itself (`PrimaryDuty.validity`).
    package static let raiseInterval = Duration.seconds(5)
    /// How often to look.
    package static let interval = Duration.seconds(1)
    /// A reading that comes later than this after the one before is late: time passed that nobody watched.
    package static let longestGap = Duration.seconds(8)

    package init(own: Incarnation) { self.own = own }

    /// - Parameters:
    ///   - isDesignatedSilent: nothing is heard of the designated node.
    ///   - takesOver: whether automatic takeover is on.
    ///   - isLeaving: this node is being drained: it gives the role back, and takes it no more.
    package mutating func next(
        _ record: PrimaryRecord, isDesignatedSilent: Bool, takesOver: Bool, isLeaving: Bool = false, at now: ContinuousClock.Instant
    ) -> Step {
        observe(record, at: now)
        let isOthers = record.designated != nil && record.designated != own.node
        let yields = isLeaving || isOthers && record.isDesignatedInService && !isDesignatedSilent
        if record.holder == own { return yields ? .giveBack : hold(at: now) }
        lastRaise = nil
        guard isFree(record, at: now), !yields, mayTake(record, takesOver) else { return .wait }
        return .take
    }

    /// The database did not answer: what was timed so far is worth nothing.
    package mutating func readingFailed() {
        sighting = nil
        lastReading = nil
        lastRaise = nil
    }

    /// How long nothing was seen of a holder that did not give the role back; `nil`: nobody holds it.
    package func silence(of record: PrimaryRecord, at now: ContinuousClock.Instant) -> Duration? {
        guard let holder = record.holder, holder.node != own.node else { return nil }
        return sighting.map { $0.since.duration(to: now) }
    }

    private mutating func hold(at now: ContinuousClock.Instant) -> Step {
        if let lastRaise, lastRaise.duration(to: now) < Self.raiseInterval { return .keep }
        lastRaise = now
        return .raise
    }

    private mutating func observe(_ record: PrimaryRecord, at now: ContinuousClock.Instant) {
        if let lastReading, lastReading.duration(to: now) > Self.longestGap { sighting = nil }
        lastReading = now
        if sighting?.epoch != record.epoch || sighting?.counter != record.counter {
            sighting = Sighting(epoch: record.epoch, counter: record.counter, since: now)
        }
    }

    /// An earlier incarnation of this node is no more, so what it held is free at once.
    private func isFree(_ record: PrimaryRecord, at now: ContinuousClock.Instant) -> Bool {
        guard let holder = record.holder, holder.node != own.node else { return true }
        return sighting.map { $0.since.duration(to: now) >= Self.term } ?? false
    }

    /// Without automatic takeover: the designated node, the one that had it last, or a cluster's first.
    private func mayTake(_ record: PrimaryRecord, _ takesOver: Bool) -> Bool {
        if takesOver || record.designated == own.node { return true }
        return record.designated == nil && (record.lastHolder == nil || record.lastHolder == own.node)
    }
}
