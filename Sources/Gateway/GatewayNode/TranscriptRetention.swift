import Logging
import ServiceLifecycle
import Settings
import SharedFolders

/// Removes transcripts older than the settings keep them, every hour and with each maintenance. A shared folder is the primary's task, a
/// node's own folder its own; two nodes that both believe it to be theirs do no harm.
struct TranscriptRetention: Service {
    let folder: TranscriptFolder
    let settings: CurrentSettings
    let logger: Logger
    /// Whether it is this node's task at the moment.
    let isOurs: @Sendable () -> Bool

    private static let hour = Duration.seconds(3600)
    /// How often a node looks whether it has become its task.
    private static let interval = Duration.seconds(30)
    private static let deadline = Duration.seconds(60)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var next = ContinuousClock.now
            while !Task.isCancelled {
                if isOurs(), ContinuousClock.now >= next {
                    next = .now + Self.hour
                    await removeOld(now: .now())
                }
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    func removeOld(now: UTCTime) async {
        let days = settings.snapshot.settings.transcripts.days
        do throws(SharedFolderError) {
            let removed = try await folder.removeSegments(before: now.advanced(by: .seconds(-86_400 * days)), deadline: Self.deadline)
            if removed > 0 { logger.notice("old transcripts removed", metadata: ["segments": "\(removed)"]) }
        } catch {
            logger.warning("old transcripts could not be removed", metadata: ["cause": "\(error)"])
        }
    }
}
