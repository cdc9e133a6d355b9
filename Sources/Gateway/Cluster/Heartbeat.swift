package import Logging
import ServiceLifecycle
package import Settings
import Synchronization

/// When this node last knew for certain that it was alive for the others. A delivery asks just before its final dot, and
/// gives up if the answer is no (cluster.md section 6).
package final class ConfirmedHeartbeat: Sendable {
    private let last: Mutex<ContinuousClock.Instant?>
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Half of the silence after which others may declare a node dead.
    package static let validity = Duration.seconds(15)

    /// - Parameter now: a clock that counts while the machine is suspended.
    package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
        last = Mutex(nil)
        self.now = now
    }

    /// A batch begun at `instant` has been committed.
    package func confirm(begunAt instant: ContinuousClock.Instant) {
        last.withLock { present in present = max(present ?? instant, instant) }
    }

    package var isYoung: Bool {
        guard let instant = last.withLock({ $0 }) else { return false }
        return instant.duration(to: now()) < Self.validity
    }
}

/// Says “alive” every two seconds and how the node does, and hears whether it is to leave service. A failed beat is logged once until one
/// succeeds again.
package struct Heartbeat: Service {
    private let writer: any HeartbeatWriter
    private let standing: NodeStanding
    private let figures: @Sendable () -> NodeFigures
    private let settings: CurrentSettings
    private let logger: Logger
    private let declaredDead: @Sendable () -> Void

    package static let interval = Duration.seconds(2)

    /// - Parameters:
    ///   - figures: of the moment; must not block.
    ///   - declaredDead: called when another incarnation of this node has begun: the node must not go on.
    package init(
        writer: any HeartbeatWriter, settings: CurrentSettings, standing: NodeStanding, logger: Logger,
        figures: @escaping @Sendable () -> NodeFigures, declaredDead: @escaping @Sendable () -> Void
    ) {
        self.writer = writer
        self.standing = standing
        self.figures = figures
        self.settings = settings
        self.logger = logger
        self.declaredDead = declaredDead
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var isSilent = false
            while !Task.isCancelled {
                do throws(NodeRegistryError) {
                    let isDrainWanted = try await writer.beat(settingsRevision: settings.snapshot.revision, figures: figures())
                    standing.hear(isDrainWanted: isDrainWanted)
                    if isSilent { logger.notice("heartbeat is heard again") }
                    isSilent = false
                } catch {
                    if case .declaredDead = error { declaredDead() }
                    if !isSilent { logger.error("heartbeat failed", metadata: ["cause": "\(error)"]) }
                    isSilent = true
                }
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop above
            }
        }
    }
}
