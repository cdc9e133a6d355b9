import Synchronization

/// What a node says of itself with each heartbeat; for pages, commands and the node that watches.
package struct NodeFigures: Sendable, Hashable {
    package var phase: DrainPhase
    /// SMTP sessions open.
    package var smtpSessions: Int
    /// Outbound connections.
    package var deliveries: Int
    /// Messages accepted in the last minute.
    package var messagesPerMinute: Int
    /// Of the machine, over one minute, in hundredths.
    package var loadHundredths: Int
    /// By how much the database server's clock is ahead; `nil`: not read yet.
    package var clockDifferenceMilliseconds: Int64?
    /// A question to the database; `nil`: not measured yet.
    package var databaseMicroseconds: Int64?
    /// A small file in Message Data made, synced, renamed, read and removed; `nil`: it does not answer.
    package var messageDataMicroseconds: Int64?

    package init(
        phase: DrainPhase = .inService, smtpSessions: Int = 0, deliveries: Int = 0, messagesPerMinute: Int = 0, loadHundredths: Int = 0,
        clockDifferenceMilliseconds: Int64? = nil, databaseMicroseconds: Int64? = nil, messageDataMicroseconds: Int64? = nil
    ) {
        self.phase = phase
        self.smtpSessions = smtpSessions
        self.deliveries = deliveries
        self.messagesPerMinute = messagesPerMinute
        self.loadHundredths = loadHundredths
        self.clockDifferenceMilliseconds = clockDifferenceMilliseconds
        self.databaseMicroseconds = databaseMicroseconds
        self.messageDataMicroseconds = messageDataMicroseconds
    }

    /// `nil`: not read yet.
    package var clock: ClockVerdict? { clockDifferenceMilliseconds.map { ClockVerdict(difference: .milliseconds($0)) } }
}

/// What a clock difference means (R5).
package enum ClockVerdict: Sendable, Hashable {
    case right, warning, alarm

    package init(difference: Duration) {
        let size = difference < .zero ? .zero - difference : difference
        self = size > ClockComparison.limit ? .alarm : size > ClockComparison.warning ? .warning : .right
    }
}

/// What this process knows of its own place in the cluster: whether it is to leave service, and how far it is.
package final class NodeStanding: Sendable {
    private struct State {
        var isDrainWanted: Bool
        var phase: DrainPhase
    }

    private let state: Mutex<State>

    /// - Parameter isDrainWanted: as the database has it at the start.
    package init(isDrainWanted: Bool) {
        state = Mutex(State(isDrainWanted: isDrainWanted, phase: isDrainWanted ? .draining : .inService))
    }

    /// As last heard from the database.
    package var isDrainWanted: Bool { state.withLock(\.isDrainWanted) }
    package var phase: DrainPhase { state.withLock(\.phase) }
    /// It keeps no duty of the cluster's.
    package var isLeaving: Bool { state.withLock { $0.isDrainWanted || $0.phase != .inService } }

    /// The heartbeat brings the wish.
    package func hear(isDrainWanted: Bool) { state.withLock { $0.isDrainWanted = isDrainWanted } }

    package func enter(_ phase: DrainPhase) { state.withLock { $0.phase = phase } }
}
