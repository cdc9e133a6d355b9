import Logging
import ServiceLifecycle
import Settings
import SharedFolders

/// Removes transcripts older than the settings keep them, at the start, every hour and with each maintenance. Every node does it for the
/// folder it sees: two of them at once cannot harm each other.
struct TranscriptRetention: Service {
    let folder: TranscriptFolder
    let settings: CurrentSettings
    let logger: Logger

    private static let interval = Duration.seconds(3600)
    private static let deadline = Duration.seconds(60)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await removeOld(now: .now())
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
