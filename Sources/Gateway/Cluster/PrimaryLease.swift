package import Logging
import ServiceLifecycle
package import Settings

/// Keeps, takes and gives back the primary role. One holder with an epoch; a holder that was paused, or cut off from the database, stops by
/// itself and writes nothing more, since each transaction of a task names its epoch.
///
/// To be stopped after the tasks: what it gives back is then at rest.
package struct PrimaryLease: Service {
    private let store: any PrimaryStore
    private let own: Incarnation
    private let duty: PrimaryDuty
    private let presence: ClusterPresence
    private let settings: CurrentSettings
    private let standing: NodeStanding
    private let logger: Logger

    /// - Parameter standing: a node that leaves service gives the role back at the end of a task's step.
    package init(
        store: any PrimaryStore, own: Incarnation, duty: PrimaryDuty, presence: ClusterPresence, settings: CurrentSettings,
        standing: NodeStanding, logger: Logger
    ) {
        self.store = store
        self.own = own
        self.duty = duty
        self.presence = presence
        self.settings = settings
        self.standing = standing
        self.logger = logger
    }

    package func run() async throws {
        let held = await cancelWhenGracefulShutdown {
            var course = PrimaryCourse(own: own)
            var held: Int64?
            while !Task.isCancelled {
                await look(&course, &held)
                try? await Task.sleep(for: PrimaryCourse.interval)  // cancellation ends the loop
            }
            return held
        }
        if let held { await giveBack(held) }
    }

    /// - Parameter held: the epoch that is this node's as far as it knows.
    private func look(_ course: inout PrimaryCourse, _ held: inout Int64?) async {
        do throws(NodeRegistryError) {
            let record = try await store.primaryRecord()
            let step = course.next(
                record, isDesignatedSilent: record.designated.map { presence.isSilent($0) } ?? false,
                takesOver: settings.snapshot.settings.cluster.takesOver, isLeaving: standing.isLeaving, at: .now)
            switch step {
            case .wait: lose(&held)
            case .keep: break
            case .raise: try await raise(record.epoch, &held)
            case .take: try await take(record, course.silence(of: record, at: .now), &held)
            case .giveBack:
                held = nil
                await giveBack(record.epoch)
                logger.notice(
                    standing.isLeaving ? "the primary role is given back" : "the primary role is given to the designated node",
                    metadata: ["epoch": "\(record.epoch)"])
            }
        } catch {
            // What is held ends by itself when it cannot be confirmed.
            course.readingFailed()
        }
    }

    private func raise(_ epoch: Int64, _ held: inout Int64?) async throws(NodeRegistryError) {
        let begun = ContinuousClock.now
        guard try await store.raise(epoch, by: own) else { return lose(&held) }
        duty.confirm(epoch, begunAt: begun)
        held = epoch
    }

    private func take(_ record: PrimaryRecord, _ silence: Duration?, _ held: inout Int64?) async throws(NodeRegistryError) {
        duty.lose()
        let begun = ContinuousClock.now
        guard let epoch = try await store.take(record, by: own, after: silence) else { return }
        duty.confirm(epoch, begunAt: begun)
        held = epoch
        logger.notice("this node is the primary", metadata: ["epoch": "\(epoch)"])
    }

    private func lose(_ held: inout Int64?) {
        duty.lose()
        guard let epoch = held else { return }
        held = nil
        logger.warning("this node is not the primary any more", metadata: ["epoch": "\(epoch)"])
    }

    /// Given back, the others need not wait for the term.
    private func giveBack(_ epoch: Int64) async {
        duty.lose()
        do throws(NodeRegistryError) {
            try await store.giveBack(epoch, by: own)
        } catch {
            logger.notice("the primary role was not given back; another node takes it after its term", metadata: ["cause": "\(error)"])
        }
    }
}
