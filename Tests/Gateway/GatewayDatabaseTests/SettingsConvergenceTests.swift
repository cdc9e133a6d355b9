import Firebird
import FirebirdTestKit
import Settings
import Testing

@testable import GatewayDatabase

/// Two nodes on one database, each with its own connections, change feed and watcher.
@Suite struct SettingsConvergenceTests {
    /// Saves `count` values, one revision each, as one node does.
    private static func change(_ database: GatewayDatabase, _ name: String, _ count: Int) async throws {
        for number in 1...count {
            let change = SettingsChange(scope: .cluster, section: "dns", values: [name: "\(number)"], basedOn: nil)
            _ = try await database.settings.save(change, audit: [])
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: [true, false])
    func `after a thousand changes from two nodes at once both have the same newest settings`(usesEvents: Bool) async throws {
        try await TwoNodes.with(usesEvents: usesEvents) { nodes in
            let watching = nodes.watch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await Self.change(nodes.first.database, "servers", 500) }
                group.addTask { try await Self.change(nodes.second.database, "timeout", 500) }
                try await group.waitForAll()
            }
            for node in [nodes.first, nodes.second] { await node.adopts(SettingsRevision(1_000)) }
            watching.cancel()
            let stored = try await nodes.first.database.settings.load()
            #expect(stored.revision == SettingsRevision(1_000))
            #expect(Set(stored.rows.map(\.value)) == ["500"])
            #expect(nodes.first.current.snapshot.revision == nodes.second.current.snapshot.revision)
            #expect(nodes.first.current.snapshot.settings == nodes.second.current.snapshot.settings)
        }
    }

    @Test(.timeLimit(.minutes(10))) func `a node that was away for a thousand changes has the newest at its first look`() async throws {
        try await TwoNodes.with(usesEvents: true) { nodes in
            try await Self.change(nodes.first.database, "servers", 1_000)
            #expect(nodes.second.current.snapshot.revision == .none)
            let watching = Task { try await nodes.second.watcher.run() }
            await nodes.second.adopts(SettingsRevision(1_000))
            watching.cancel()
            _ = await watching.result
        }
    }

    @Test(.timeLimit(.minutes(10))) func `when every event is lost the poll brings the newest settings`() async throws {
        // Listens for events as if they came, and looks once a second all the same: nobody posts any.
        try await TwoNodes.with(usesEvents: true) { nodes in
            let watching = nodes.watch()
            for await _ in nodes.second.database.changeFeed.changes() where nodes.second.database.changeFeed.isHearing { break }
            let value = SettingsChange(scope: .cluster, section: "dns", values: ["servers": "1"], basedOn: nil)
            let before = try await nodes.first.database.settings.save(value, audit: [])
            await nodes.second.adopts(before)
            let revision = SettingsRevision(before.number + 1)
            try await nodes.first.database.sessions.requests.transaction { transaction in
                _ = try transaction.execute("update settings_revision set revision = \(revision) where id = 1")
            }
            await nodes.second.adopts(revision)
            watching.cancel()
        }
    }
}

/// A node's part in the settings: the rows, the feed, the watcher, the snapshot in force.
struct SettingsNode: Sendable {
    let database: GatewayDatabase
    let current: CurrentSettings
    let watcher: SettingsWatcher

    init(_ database: GatewayDatabase, _ node: NodeID) {
        self.database = database
        current = CurrentSettings(SettingsSnapshot(revision: .none, settings: GatewaySettings()))
        watcher = SettingsWatcher(
            store: database.settings, feed: database.changeFeed, current: current, node: node, adoptAlongside: {},
            logger: TestDatabase.quiet)
    }

    /// Returns once this revision or a newer one is in force here.
    func adopts(_ revision: SettingsRevision) async {
        for await snapshot in current.updates() where snapshot.revision >= revision { return }
    }
}

/// Two nodes on one database of a real server.
struct TwoNodes: Sendable {
    let first: SettingsNode
    let second: SettingsNode

    static func with(usesEvents: Bool, _ body: (TwoNodes) async throws -> Void) async throws {
        let connection = try await TestPlace.server.freshConnection()
        try await TestDatabase.with(connection, usesEvents: usesEvents) { test in
            let node = NodeID(.fresh())
            let other = try await TestDatabase.open(connection, node: node, usesEvents: usesEvents)
            do {
                try await body(TwoNodes(first: SettingsNode(test.database, test.node), second: SettingsNode(other, node)))
            } catch {
                await other.close()
                throw error
            }
            await other.close()
        }
    }

    /// Both follow the settings until the task is cancelled.
    func watch() -> Task<Void, any Error> {
        let watchers = [first.watcher, second.watcher]
        return Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for watcher in watchers { group.addTask { try await watcher.run() } }
                try await group.waitForAll()
            }
        }
    }
}
