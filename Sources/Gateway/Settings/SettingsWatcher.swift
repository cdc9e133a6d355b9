package import Logging
import ServiceLifecycle

/// Hears that settings changed, loads the newer snapshot and adopts it. A row that cannot be read is named in the log and has
/// its default; a database that does not answer leaves the present snapshot in force.
package struct SettingsWatcher: Service {
    private let store: any SettingsStore
    private let feed: any SettingsChangeFeed
    private let current: CurrentSettings
    private let node: NodeID
    private let adoptAlongside: @Sendable () async throws(SettingsError) -> Void
    private let logger: Logger

    /// - Parameter adoptAlongside: loads what else follows the revision (the domains); a revision is in force only after it.
    package init(
        store: any SettingsStore, feed: any SettingsChangeFeed, current: CurrentSettings, node: NodeID,
        adoptAlongside: @escaping @Sendable () async throws(SettingsError) -> Void, logger: Logger
    ) {
        self.store = store
        self.feed = feed
        self.current = current
        self.node = node
        self.adoptAlongside = adoptAlongside
        self.logger = logger
    }

    package func run() async throws {
        // Asked several times a second: an outage is told of at its beginning and its end.
        var isAway = false
        for await _ in feed.changes().cancelOnGracefulShutdown() {
            do throws(SettingsError) {
                try await adoptNewest()
                if isAway { logger.notice("settings can be read again") }
                isAway = false
            } catch {
                if !isAway {
                    logger.warning("settings could not be read; the present ones stay in force", metadata: ["cause": "\(error)"])
                }
                isAway = true
            }
        }
    }

    /// Loads and adopts if the stored revision is newer; after each hint, and by whoever has just changed something.
    package func adoptNewest() async throws(SettingsError) {
        guard try await store.currentRevision() > current.snapshot.revision else { return }
        let (snapshot, problems) = try await Self.load(from: store, for: node)
        try await adoptAlongside()
        for problem in problems {
            logger.error(
                "a stored setting is unreadable; its default is in force",
                metadata: ["setting": "\(problem.section).\(problem.field ?? "*")", "cause": "\(problem.message.english)"])
        }
        if current.adopt(snapshot) { logger.info("settings adopted", metadata: ["revision": "\(snapshot.revision)"]) }
    }

    /// The stored settings as a snapshot for one node, with what could not be read.
    package static func load(
        from store: any SettingsStore, for node: NodeID
    ) async throws(SettingsError) -> (snapshot: SettingsSnapshot, problems: [SettingsProblem]) {
        let stored = try await store.load()
        let (settings, problems) = GatewaySettings.make(from: stored.rows, for: node)
        return (SettingsSnapshot(revision: stored.revision, settings: settings), problems)
    }
}
