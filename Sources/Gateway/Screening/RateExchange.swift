package import DomainsAndUsers
package import Logging
import ServiceLifecycle
package import Settings
import Synchronization

/// Where nodes tell each other what they have counted. Implemented by GatewayDatabase.
package protocol RateStore: Sendable {
    /// Writes figures, each in the place of its writer's earlier one, and reads what other writers have written since `time`.
    func exchange(_ figures: [RateFigure], readingSince time: UTCTime, writer: RecordIdentifier) async throws(DirectoryError)
        -> [RateFigure]
}

/// Tells the other nodes what this one has counted, and hears of theirs, every few seconds while a limit is set. Without the database each
/// node goes on by its own figures.
package struct RateExchange: Service {
    private let limiter: RateLimiter
    private let store: any RateStore
    private let settings: CurrentSettings
    private let logger: Logger

    private static let interval = Duration.seconds(3)
    /// Of one exchange; the rest waits for the next.
    private static let figuresPerExchange = 500
    /// Clocks of nodes differ by seconds, and a commit takes its time.
    private static let overlap = Duration.seconds(30)

    package init(limiter: RateLimiter, store: any RateStore, settings: CurrentSettings, logger: Logger) {
        self.limiter = limiter
        self.store = store
        self.settings = settings
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var since: UTCTime?
            var isAway = false
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
                guard settings.snapshot.settings.rateLimits.isInUse, !Task.isCancelled else {
                    since = nil
                    continue
                }
                let begun = UTCTime.now()
                isAway = await !exchange(since: since ?? begun.advanced(by: .seconds(-3_600)), isKnownAway: isAway)
                if !isAway { since = begun.advanced(by: .zero - Self.overlap) }
            }
        }
    }

    /// - Returns: whether the database took it.
    private func exchange(since: UTCTime, isKnownAway: Bool) async -> Bool {
        let figures = limiter.ledger.withLock { $0.takeChanged(Self.figuresPerExchange) }
        do throws(DirectoryError) {
            let others = try await store.exchange(figures, readingSince: since, writer: limiter.writer)
            limiter.ledger.withLock { ledger in
                ledger.adopt(others, at: .now())
                ledger.forgetOld(at: .now())
            }
            return true
        } catch {
            limiter.ledger.withLock { $0.putBack(figures) }
            if !isKnownAway { logger.warning("sending figures could not be shared", metadata: ["cause": "\(error)"]) }
            return false
        }
    }
}
