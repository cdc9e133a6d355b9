package import Logging
import ServiceLifecycle
package import Settings
package import SharedFolders

/// Discards what has been in quarantine longer than the setting allows, at the start and every hour, some messages at a time. Only
/// the primary does it.
package struct QuarantineExpiry: Service {
    private let store: any QuarantineStore
    private let settings: CurrentSettings
    private let folder: MessageDataFolder
    private let logger: Logger
    private let isPrimary: @Sendable () -> Bool

    /// In one transaction: short, and nobody waits for its rows.
    private static let batchSize = 100
    private static let interval = Duration.seconds(3600)
    /// One that is not the primary looks often: the role may come at any moment.
    private static let idleInterval = Duration.seconds(2)

    /// - Parameter isPrimary: whether this node may do the primary's tasks now.
    package init(
        store: any QuarantineStore, settings: CurrentSettings, folder: MessageDataFolder, logger: Logger,
        isPrimary: @escaping @Sendable () -> Bool = { true }
    ) {
        self.store = store
        self.settings = settings
        self.folder = folder
        self.logger = logger
        self.isPrimary = isPrimary
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isDone = isPrimary()
                if isDone { await expire(now: .now()) }
                try? await Task.sleep(for: isDone ? Self.interval : Self.idleInterval)  // cancellation ends the loop
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
