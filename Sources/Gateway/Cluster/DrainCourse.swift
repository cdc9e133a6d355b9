/// How far a node is on its way out of service.
package enum DrainPhase: String, Sendable, Hashable, Codable, CaseIterable {
    /// It takes mail.
    case inService = "in-service"
    /// Its health page says no, so that a load balancer sends nothing more; it still takes what comes.
    case announced
    /// New sessions are answered 421; what runs is let finish.
    case draining
    /// Nothing runs any more, and nothing is in its hand.
    case drained
}

/// Decides how far a drain has come (cluster.md section 2). The wish is in the database, so it holds over restarts.
package struct DrainCourse: Sendable {
    /// What still runs on this node.
    package struct Work: Sendable, Hashable {
        package let sessions: Int
        /// Deliveries run, or rows have not been given back yet.
        package let isDelivering: Bool
        package let isPrimary: Bool

        package init(sessions: Int, isDelivering: Bool, isPrimary: Bool) {
            self.sessions = sessions
            self.isDelivering = isDelivering
            self.isPrimary = isPrimary
        }

        /// Nothing is left to wait for.
        package var isDone: Bool { sessions == 0 && !isDelivering && !isPrimary }
    }

    package private(set) var phase: DrainPhase
    private var announcedAt: ContinuousClock.Instant?

    /// - Parameter isWanted: at the start; nobody has been told yet that the node is there, so nobody has to be told that it goes.
    package init(isWanted: Bool) { phase = isWanted ? .draining : .inService }

    /// - Parameter grace: between the health page's no and the first 421.
    /// - Returns: the phase from now on.
    package mutating func next(isWanted: Bool, grace: Duration, work: Work, at now: ContinuousClock.Instant) -> DrainPhase {
        guard isWanted else {
            announcedAt = nil
            phase = .inService
            return phase
        }
        switch phase {
        case .inService:
            announcedAt = now
            phase = grace > .zero ? .announced : .draining
        case .announced:
            if announcedAt.map({ $0.duration(to: now) >= grace }) ?? true { phase = .draining }
        case .draining:
            if work.isDone { phase = .drained }
        case .drained:
            // Somebody pressed on: it is shown as what it is.
            if !work.isDone { phase = .draining }
        }
        return phase
    }
}
