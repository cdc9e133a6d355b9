import Cluster
import Delivery
import DomainsAndUsers
import Logging
import Reception
import ServiceLifecycle
import Settings

/// Takes this node out of service and back, as the cluster wants it: `DrainCourse` decides, here are the effects.
struct NodeDrain: Service {
    let standing: NodeStanding
    let settings: CurrentSettings
    let listener: SMTPListener
    let queue: DeliveryQueue
    let duty: PrimaryDuty
    let history: ClusterHistory
    let logger: Logger

    /// How often to look.
    private static let interval = Duration.milliseconds(250)

    /// Before anything is served: a node that was drained stays so.
    func prepare() {
        guard standing.phase != .inService else { return }
        listener.setDraining(true)
        queue.setPaused(.drain, true)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var course = DrainCourse(isWanted: standing.phase != .inService)
            var begun = ContinuousClock.now
            var isTold = false
            while !Task.isCancelled {
                let before = course.phase
                let now = ContinuousClock.now
                let phase = course.next(isWanted: standing.isDrainWanted, grace: grace, work: work, at: now)
                if phase != before {
                    if before == .inService { begun = now }
                    if phase == .inService { isTold = false }
                    enter(phase, from: before)
                    if phase == .drained, !isTold {
                        // Once: it may become busy for a moment again, while the database is away.
                        isTold = true
                        await history.tell("node.drained", "after \(begun.duration(to: now).secondsText) s")
                    }
                } else if phase == .draining {
                    // A session that was just beginning has not heard it.
                    listener.setDraining(true)
                }
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    private var grace: Duration { .seconds(settings.snapshot.settings.cluster.drainGraceSeconds) }

    private var work: DrainCourse.Work {
        DrainCourse.Work(sessions: listener.presentSessions, isDelivering: !queue.isAtRest, isPrimary: duty.isPrimary)
    }

    private func enter(_ phase: DrainPhase, from before: DrainPhase) {
        standing.enter(phase)
        switch phase {
        case .inService:
            listener.setDraining(false)
            queue.setPaused(.drain, false)
            logger.notice("this node is in service again")
        case .announced: logger.notice("this node is being drained: its health page says no")
        case .draining:
            listener.setDraining(true)
            queue.setPaused(.drain, true)
            if before != .drained { logger.notice("this node is being drained: new sessions are answered 421") }
        case .drained: logger.notice("this node is drained; nothing is in its hand")
        }
    }
}
