import Logging
import MessageLog
import ServiceLifecycle
import Settings
import SharedFolders

/// Removes stripped attachments that have expired, at the start and every ten minutes, some at a time: the file first, then its row, so that what
/// breaks off in between is found again. Only the primary does it.
struct AttachmentExpiry: Service {
    let store: any StrippedAttachmentStore
    let folder: AttachmentFolder
    let logger: Logger
    let isPrimary: @Sendable () -> Bool

    private static let batchSize = 100
    /// Clocks of nodes differ: one that is extended at its last moment is not removed by another.
    private static let margin = Duration.seconds(-60)
    private static let interval = Duration.seconds(600)
    /// One that is not the primary looks often: the role may come at any moment.
    private static let idleInterval = Duration.seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isDone = isPrimary()
                if isDone { await sweep(now: .now()) }
                try? await Task.sleep(for: isDone ? Self.interval : Self.idleInterval)  // cancellation ends the loop
            }
        }
    }

    private func sweep(now: UTCTime) async {
        var count = 0
        do {
            while !Task.isCancelled, isPrimary() {
                let expired = try await store.expiredAttachments(before: now.advanced(by: Self.margin), limit: Self.batchSize)
                if expired.isEmpty { break }
                var removed: [RecordIdentifier] = []
                for identifier in expired {
                    do throws(SharedFolderError) {
                        try await folder.remove(identifier)
                        removed.append(identifier)
                    } catch {
                        // The others must not wait for it.
                        logger.warning(
                            "an expired attachment could not be removed", metadata: ["file": "\(identifier)", "cause": "\(error)"])
                    }
                }
                try await store.forgetStripped(removed)
                count += removed.count
                // Those that stay come first again: the next sweep tries them.
                if removed.isEmpty { break }
            }
        } catch {
            logger.warning("expired attachments could not be removed", metadata: ["cause": "\(error)"])
        }
        if count > 0 { logger.notice("expired attachments removed", metadata: ["files": "\(count)"]) }
    }
}
