import Delivery
import GatewayDatabase
import Logging
import ServiceLifecycle
import Settings

/// Refreshes the standing gauges by its own timer, so that whoever reads `/metrics`, however often, costs the database nothing.
struct StandingMetricsRefresh: Service {
    let metrics: StandingMetrics
    let monitoring: NodeMonitoring
    let figures: StandingFigureTable
    let logger: Logger

    /// Often enough for alarms, seldom enough for the longest queue that is counted.
    private static let interval = Duration.seconds(30)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isAway = false
            while !Task.isCancelled {
                isAway = await !refresh(isKnownAway: isAway)
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    /// - Returns: whether the database answered.
    private func refresh(isKnownAway: Bool) async -> Bool {
        metrics.record(monitoring.activity(), certificateEnd: monitoring.certificateEnd)
        metrics.record(await monitoring.health())
        let now = UTCTime.now()
        do throws(DeliveryQueueError) {
            metrics.record(try await figures.figures(at: now), at: now)
            return true
        } catch {
            metrics.countFailed()
            if !isKnownAway, !Task.isCancelled {
                logger.warning("queue and quarantine could not be counted for the metrics", metadata: ["cause": "\(error)"])
            }
            return false
        }
    }
}
