import Cluster
import Delivery
import Glibc
import Metrics
import Reception
import Settings
import Synchronization

/// What the heartbeat says of this node: figures that are at hand, and those that were measured last.
final class NodeGauges: Sendable {
    private struct State {
        var clock: ClockComparison?
        var database: Duration?
        var messageData: Duration?
        var rate = MinuteRate()
    }

    private let standing: NodeStanding
    private let listener: SMTPListener
    private let queue: DeliveryQueue
    private let accepted: AcceptedCount
    private let duty: PrimaryDuty
    private let metrics = Series()
    private let state = Mutex(State())

    /// As Prometheus sees them, renewed with each heartbeat.
    private struct Series: Sendable {
        let primary = Gauge(label: "securitygateway_node_primary")
        let draining = Gauge(label: "securitygateway_node_draining")
        let clock = Gauge(label: "securitygateway_node_clock_difference_seconds")
        let database = Gauge(label: "securitygateway_node_database_round_trip_seconds")
    }

    init(standing: NodeStanding, listener: SMTPListener, queue: DeliveryQueue, accepted: AcceptedCount, duty: PrimaryDuty) {
        self.duty = duty
        self.standing = standing
        self.listener = listener
        self.queue = queue
        self.accepted = accepted
    }

    /// Beside the database server's; `nil`: not read yet.
    var clock: ClockComparison? { state.withLock(\.clock) }

    func measured(_ clock: ClockComparison, roundTrip: Duration) {
        state.withLock { state in
            state.clock = clock
            state.database = roundTrip
        }
        metrics.clock.record(clock.skew.seconds)
        metrics.database.record(roundTrip.seconds)
    }

    /// - Parameter time: `nil`: Message Data does not answer.
    func measured(messageData time: Duration?) { state.withLock { $0.messageData = time } }

    func figures() -> NodeFigures {
        metrics.primary.record(duty.isPrimary ? 1 : 0)
        metrics.draining.record(Self.step(standing.phase))
        let total = accepted.total
        let (state, rate) = state.withLock { ($0, $0.rate.add(total, at: .now)) }
        return NodeFigures(
            phase: standing.phase, smtpSessions: listener.presentSessions, deliveries: queue.connectionCount, messagesPerMinute: rate,
            loadHundredths: Self.loadHundredths, clockDifferenceMilliseconds: state.clock.map { $0.skew.milliseconds },
            databaseMicroseconds: state.database?.microseconds, messageDataMicroseconds: state.messageData?.microseconds)
    }

    /// 0 in service, 1 on the way out, 2 out.
    private static func step(_ phase: DrainPhase) -> Int {
        switch phase {
        case .inService: 0
        case .announced, .draining: 1
        case .drained: 2
        }
    }

    /// Of the machine, over one minute.
    private static var loadHundredths: Int {
        var load = 0.0
        return getloadavg(&load, 1) == 1 ? Int(load * 100) : 0
    }
}

/// Messages that were accepted since the start, kept back ones too.
final class AcceptedCount: Sendable {
    private let count = Atomic(0)

    var total: Int { count.load(ordering: .relaxed) }

    func increment() { count.add(1, ordering: .relaxed) }
}

extension Duration {
    fileprivate var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
    fileprivate var milliseconds: Int64 { microseconds / 1000 }
    fileprivate var seconds: Double { Double(microseconds) / 1_000_000 }
}
