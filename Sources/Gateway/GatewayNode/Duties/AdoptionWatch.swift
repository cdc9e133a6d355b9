import Cluster
import Logging
import ServiceLifecycle
import Settings

/// Tells when a dead node's mail has been taken over, and how long after its last sign of life. Taking it is every node's own doing; this
/// only watches.
struct AdoptionWatch: Service {
    struct Death: Sendable {
        let node: ClusterNode
        let silentSince: ContinuousClock.Instant
    }

    private let deaths: AsyncStream<Death>
    private let death: AsyncStream<Death>.Continuation
    private let departures: any NodeDepartures
    private let history: ClusterHistory

    private static let interval = Duration.seconds(1)
    /// Mail that nobody takes for so long is seen in the queue.
    private static let patience = Duration.seconds(600)

    init(departures: any NodeDepartures, history: ClusterHistory) {
        self.departures = departures
        self.history = history
        (deaths, death) = AsyncStream.makeStream(of: Death.self)
    }

    func watch(_ node: ClusterNode, silentSince: ContinuousClock.Instant) { death.yield(Death(node: node, silentSince: silentSince)) }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await death in deaths.cancelOnGracefulShutdown() {
                group.addTask { await cancelWhenGracefulShutdown { await follow(death) } }
            }
        }
    }

    private func follow(_ death: Death) async {
        var most = 0
        let end = ContinuousClock.now.advanced(by: Self.patience)
        while !Task.isCancelled, ContinuousClock.now < end {
            // An outage of the database delays the news; the time told is then too long, never too short.
            if let left = try? await departures.rowsLeft(by: death.node.node) {
                most = max(most, left)
                if left == 0 {
                    let time = death.silentSince.duration(to: .now)
                    return await history.tell(
                        "node.mail-adopted", "recipients \(most); \(time.secondsText) s after its last sign of life", about: death.node.name
                    )
                }
            }
            try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
        }
    }
}
