package import DomainsAndUsers
package import Logging
import ServiceLifecycle
package import Settings

/// Shares bans with the other nodes: writes this node's, follows everybody's, and writes down refused sign-ins. While the database is
/// away the node's own bans hold on this node and are written when it is back.
package struct ScreeningExchange: Service {
    private let screening: ClientScreening
    private let store: any BanStore
    private let feed: any SettingsChangeFeed
    /// Called for each ban that this node made, once it is shared.
    private let tell: @Sendable (Ban) async -> Void
    private let logger: Logger

    /// Rows of one transaction.
    private static let bansPerBatch = 200
    /// How long refused sign-ins are collected.
    private static let traceInterval = Duration.seconds(3)
    /// After a failure.
    private static let pause = Duration.seconds(2)

    package init(
        screening: ClientScreening, store: any BanStore, feed: any SettingsChangeFeed, tell: @escaping @Sendable (Ban) async -> Void,
        logger: Logger
    ) {
        self.screening = screening
        self.store = store
        self.feed = feed
        self.tell = tell
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await follow() }
                group.addTask { await write() }
                group.addTask { await writeTrace() }
            }
        }
        // What was banned and refused in the last moments; a database that does not take it now loses it.
        let bans = screening.outbox.take(Self.bansPerBatch, at: .now())
        do throws(DirectoryError) {
            if !bans.isEmpty { try await store.insert(bans) }
            try await store.record(screening.trace.take())
        } catch {
            logger.warning("the last bans and refused sign-ins are lost", metadata: ["bans": "\(bans.count)", "cause": "\(error)"])
        }
    }

    /// The bans in force, before the node serves.
    package func adopt() async throws(DirectoryError) {
        if let changes = try await store.banChanges(since: screening.bans.revision) { screening.bans.adopt(changes, at: .now()) }
    }

    private func follow() async {
        var isAway = false
        for await _ in feed.changes() {
            do throws(DirectoryError) {
                try await adopt()
                isAway = false
            } catch {
                if !isAway { logger.warning("bans of other nodes cannot be read", metadata: ["cause": "\(error)"]) }
                isAway = true
            }
        }
    }

    private func write() async {
        for await _ in screening.outbox.signals {
            while !Task.isCancelled {
                let bans = screening.outbox.take(Self.bansPerBatch, at: .now())
                guard !bans.isEmpty else { break }
                for ban in bans {
                    logger.notice(
                        "banned", metadata: ["subject": "\(ban.subject)", "reason": "\(ban.reason.rawValue)", "note": "\(ban.note)"])
                }
                await write(bans)
            }
        }
    }

    private func write(_ bans: [Ban]) async {
        do throws(DirectoryError) {
            try await store.insert(bans)
            for ban in bans { await tell(ban) }
        } catch {
            logger.warning("bans could not be shared and are tried again", metadata: ["bans": "\(bans.count)", "cause": "\(error)"])
            screening.outbox.putBack(bans)
            try? await Task.sleep(for: Self.pause)  // cancellation ends the loops
        }
    }

    private func writeTrace() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.traceInterval)  // cancellation ends the loop
            let refusals = screening.trace.take()
            guard !refusals.isEmpty else { continue }
            do throws(DirectoryError) {
                try await store.record(refusals)
            } catch {
                logger.warning("refused sign-ins could not be written down", metadata: ["rows": "\(refusals.count)", "cause": "\(error)"])
            }
        }
    }
}
