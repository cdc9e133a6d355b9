package import Logging
import ServiceLifecycle
package import Settings
package import SharedFolders

/// Discards what has been in quarantine longer than the setting allows, at the start and every hour, some messages at a time. Every
/// node does it; each message is discarded by the one whose transaction finds it there.
package struct QuarantineExpiry: Service {
    private let store: any QuarantineStore
    private let settings: CurrentSettings
    private let folder: MessageDataFolder
    private let logger: Logger

    /// In one transaction: short, and nobody waits for its rows.
    private static let batchSize = 100
    private static let interval = Duration.seconds(3600)

    package init(store: any QuarantineStore, settings: CurrentSettings, folder: MessageDataFolder, logger: Logger) {
        self.store = store
        self.settings = settings
        self.folder = folder
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await expire(now: .now())
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    /// One pass.
    package func expire(now: UTCTime) async {
        let days = settings.snapshot.settings.quarantine.keepDays
        let limit = now.advanced(by: .seconds(-86_400 * days))
        var count = 0
        do {
            while !Task.isCancelled {
                let expired = try await store.expire(before: limit, limit: Self.batchSize)
                folder.remove(expired.freeContent, logger: logger)
                count += expired.done.count
                if expired.done.count < Self.batchSize { break }
            }
        } catch {
            logger.warning("old mail could not be removed from quarantine", metadata: ["cause": "\(error)"])
        }
        if count > 0 { logger.notice("old mail removed from quarantine", metadata: ["messages": "\(count)"]) }
    }
}
