package import Logging
package import Metrics
package import SenderAuthentication
import ServiceLifecycle
package import Settings
import Synchronization

/// This node's own observations, shared by all sessions.
package final class ReportObserving: Sendable {
    private let ledger: Mutex<ObservationLedger>

    package init(_ ledger: ObservationLedger = ObservationLedger()) { self.ledger = Mutex(ledger) }

    /// Counts one message. No waiting, no database.
    package func note(_ observations: [DMARCObservation], at now: UTCTime = .now()) {
        guard !observations.isEmpty else { return }
        ledger.withLock { ledger in observations.forEach { ledger.note($0, at: now) } }
    }

    func change<Value: Sendable>(_ body: @Sendable (inout ObservationLedger) -> Value) -> Value { ledger.withLock { body(&$0) } }
}

/// Writes what was seen into the database, a batch every half minute, and what is left at the stop. While the database is away it waits in
/// memory, for two days at most.
package struct ObservationExchange: Service {
    private let observing: ReportObserving
    private let store: any AggregateReportStore
    private let logger: Logger
    private let dropped: Counter

    private static let interval = Duration.seconds(30)
    /// In tests and at the stop it must not take long to see the stop.
    private static let step = Duration.seconds(1)
    /// Of one transaction.
    private static let rowsPerBatch = 200
    /// Transactions of one round: more than a node sees of new senders in half a minute.
    private static let batchesPerRound = 25
    private static let longestWaitDays = 2

    package init(
        observing: ReportObserving, store: any AggregateReportStore, metrics factory: any MetricsFactory = MetricsSystem.factory,
        logger: Logger
    ) {
        self.observing = observing
        self.store = store
        self.logger = logger
        dropped = Counter(label: "securitygateway_dmarc_observations_dropped_total", factory: factory)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var isAway = false
            while !Task.isCancelled {
                let end = ContinuousClock.now.advanced(by: Self.interval)
                while ContinuousClock.now < end, !Task.isCancelled { try? await Task.sleep(for: Self.step) }  // cancellation ends it
                isAway = await !flush(isKnownAway: isAway)
            }
        }
        // What was seen since the last round; the database is still open.
        _ = await flush(isKnownAway: true)
    }

    /// - Returns: whether the database took it.
    package func flush(isKnownAway: Bool = false) async -> Bool {
        defer {
            let count = observing.change { $0.takeDropped() }
            if count > 0 { dropped.increment(by: Int64(count)) }
        }
        let today = ReportDay(.now())
        for _ in 0..<Self.batchesPerRound {
            let rows = observing.change { $0.takeChanged(Self.rowsPerBatch) }
            guard !rows.isEmpty else { break }
            do {
                try await store.store(rows)
            } catch {
                observing.change { ledger in
                    ledger.putBack(rows)
                    ledger.giveUp(before: today.advanced(by: -Self.longestWaitDays))
                }
                if !isKnownAway {
                    logger.warning("what was seen for DMARC reports could not be stored yet", metadata: ["cause": "\(error)"])
                }
                return false
            }
        }
        observing.change { $0.forget(before: today) }
        return true
    }
}
