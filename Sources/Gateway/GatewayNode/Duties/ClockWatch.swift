import Cluster
import Logging
import ServiceLifecycle

/// Compares this machine's clock with the database server's (R5) and measures the way there (R4). Nothing in the cluster trusts a clock; a
/// wrong one makes logs and Date fields wrong, so it is shown, and told of once.
struct ClockWatch: Service {
    let compare: @Sendable () async throws -> (comparison: ClockComparison, roundTrip: Duration)
    let gauges: NodeGauges
    let history: ClusterHistory
    let logger: Logger

    private static let interval = Duration.seconds(10)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var verdict = ClockVerdict.right
            while !Task.isCancelled {
                await look(&verdict)
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    private func look(_ verdict: inout ClockVerdict) async {
        // The health page tells of a database that does not answer.
        guard let (clock, roundTrip) = try? await compare() else { return }
        gauges.measured(clock, roundTrip: roundTrip)
        let present = ClockVerdict(difference: clock.skew)
        defer { verdict = present }
        guard present != verdict else { return }
        let difference = "\(clock.size.secondsText) s \(clock.skew < .zero ? "ahead of" : "behind") the database server's clock"
        switch (present, verdict) {
        case (.alarm, _):
            logger.error("this machine's clock is wrong", metadata: ["difference": "\(difference)"])
            await history.tell("node.clock-alarm", difference)
        case (_, .alarm):
            logger.notice("this machine's clock is right again", metadata: ["difference": "\(difference)"])
            await history.tell("node.clock-right", difference)
        case (.warning, _): logger.warning("this machine's clock is not right", metadata: ["difference": "\(difference)"])
        case (.right, _): logger.notice("this machine's clock is right again", metadata: ["difference": "\(difference)"])
        }
    }
}
