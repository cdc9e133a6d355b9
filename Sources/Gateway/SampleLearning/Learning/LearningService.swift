import BayesianLearning
import Foundation
package import Logging
import MessageLog
import ServiceLifecycle
package import Settings
package import SharedFolders

/// Learns on the primary: once for each local date from the learning time on, and when an administrator asks on any node. What a crash, a
/// lost role or a failure breaks off is begun anew, by whichever node is the primary then.
package struct LearningService: Service {
    private let store: any LearningStore
    private let folders: LearningFolders
    private let settings: CurrentSettings
    private let node: NodeID
    private let epoch: @Sendable () -> Int64?
    private let logger: Logger
    private let attempts = PublishingAttempts()

    private static let interval = Duration.seconds(2)

    /// - Parameter epoch: of the primary's role while this node has it.
    package init(
        store: any LearningStore, folders: LearningFolders, settings: CurrentSettings, node: NodeID,
        epoch: @escaping @Sendable () -> Int64?, logger: Logger
    ) {
        self.store = store
        self.folders = folders
        self.settings = settings
        self.node = node
        self.epoch = epoch
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var agenda = LearningAgenda()
            while !Task.isCancelled {
                if epoch() != nil { await work(on: &agenda) }
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    /// One look at what is due.
    package func work(on agenda: inout LearningAgenda) async {
        let bayes = settings.snapshot.settings.bayes
        let (today, time) = Self.local(.now())
        // Unreadable, they are found at the next look.
        guard let unfinished = try? await store.unfinishedLearning() else { return }
        for key in agenda.due(unfinished, today: today, time: time, settings: bayes, now: .now) {
            if await perform(key, bayes) { agenda.finish(key, today: today) } else { agenda.fail(now: .now) }
        }
    }

    /// - Returns: whether nothing is left to do for this key.
    private func perform(_ key: String, _ bayes: BayesSettings) async -> Bool {
        // All of the run belongs to this term, even if the role is lost and won again meanwhile.
        guard let term = epoch() else { return false }
        let (store, epoch) = (store.fenced(at: term), epoch)
        do throws(LearningError) {
            guard try await store.beginLearning(key) == .begun else { return true }
            let course = LearningCourse(
                store: store, folders: folders, settings: bayes, node: node, epoch: term, isPrimary: { epoch() == term },
                attempts: attempts, logger: logger)
            let cause = try await course.perform(key)
            try await store.endLearning(key, isDone: true, cause: cause)
            return true
        } catch {
            logger.warning("learning stopped and is begun anew later", metadata: ["run": "\(key)", "cause": "\(error)"])
            // The cause is in the log already; the row is for those who look at the page.
            try? await store.endLearning(key, isDone: false, cause: "\(error)")
            return false
        }
    }

    /// `2026-11-27` and the time of day in the machine's zone.
    static func local(_ time: UTCTime) -> (date: String, time: TimeOfDay) {
        var seconds = time_t(time.milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (
            "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))",
            TimeOfDay(minutes: Int(parts.tm_hour) * 60 + Int(parts.tm_min))
        )
    }
}
