import Cluster
import Firebird
import FirebirdTestKit
import Settings
import Testing

@testable import GatewayDatabase

/// What a node looks at before it begins: the connection, the version of the others, the clock.
@Suite struct AdmissionTests {
    @Test(arguments: TestPlace.allCases) func `a look at a database changes nothing and tells what it is`(_ place: TestPlace) async throws {
        let connection = try await place.freshConnection()
        let node = NodeID(.fresh())
        await #expect(throws: GatewayDatabaseError.self) {
            try await GatewayDatabase.tryOut(connection, home: TestEnvironment.url, node: node)
        }
        try await FirebirdDatabase.create(GatewayDatabase.configuration(connection, home: TestEnvironment.url))
        let empty = try await GatewayDatabase.tryOut(connection, home: TestEnvironment.url, node: node)
        #expect(empty.isEmpty && empty.engineVersion.hasPrefix("3.0."))
        try await TestDatabase.with(connection) { test in
            _ = try await test.database.nodes.beginIncarnation(of: node, name: "mx1", version: "1")
        }
        let ours = try await GatewayDatabase.tryOut(connection, home: TestEnvironment.url, node: node)
        #expect(!ours.isEmpty && ours.nodeNames == ["mx1"] && ours.knowsThisNode && ours.pendingMigrations == 0)
    }

    @Test(arguments: [("3.0.11", true), ("2.5.9", false), ("4.0.4", false), ("5.0.1", false), ("", false)])
    func `only Firebird 3 is let in`(version: String, isSupported: Bool) {
        #expect(DatabaseInspection.isSupportedEngine(version) == isSupported)
    }

    @Test func `the schema is not changed while a node of the cluster is at work`() async throws {
        try await TestDatabase.with(.server) { test in
            // As an older program left it: the last change is still to come.
            let last = try #require(SchemaMigrations.all.last).name
            try await test.execute("delete from schema_migration where name = \(last)")
            let newcomer = MigrationPermit(
                configuration: test.database.configuration, node: NodeID(.fresh()), deadline: .seconds(30))
            try await newcomer.check()
            try await test.withWriter { writer in
                let beating = Task {
                    while !Task.isCancelled {
                        try await writer.beat(settingsRevision: .none)
                        try? await Task.sleep(for: .milliseconds(200))
                    }
                }
                await #expect(throws: GatewayDatabaseError.self) { try await newcomer.check() }
                beating.cancel()
                _ = await beating.result
            }
            try await newcomer.check()
        }
    }

    @Test(arguments: TestPlace.allCases) func `the server's clock is this machine's here`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            let clock = try await test.database.readClock()
            // Another zone, which both have alike here, is a whole number of quarters of an hour.
            let comparison = ClockComparison(serverLocal: clock.serverLocal, nodeLocal: clock.askedAt.milliseconds)
            #expect(!comparison.isRefused && clock.roundTrip > .zero)
        }
    }
}
