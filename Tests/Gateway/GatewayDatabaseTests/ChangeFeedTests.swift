import FirebirdTestKit
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct ChangeFeedTests {
    /// Saves while a subscriber compares revisions, and returns how long each save took to be seen.
    private static func latencies(_ test: TestDatabase, count: Int) async throws -> [Duration] {
        let settings = test.database.settings
        let (seen, output) = AsyncStream.makeStream(of: (SettingsRevision, ContinuousClock.Instant).self)
        let watcher = Task {
            var last = SettingsRevision.none
            for await _ in test.database.changeFeed.changes() {
                let revision = try await settings.currentRevision()
                if revision > last { output.yield((revision, .now)) }
                last = max(last, revision)
            }
        }
        var latencies: [Duration] = []
        var arrivals = seen.makeAsyncIterator()
        for number in 0..<count {
            let change = SettingsChange(scope: .cluster, section: "s", values: ["a": "\(number)"], basedOn: nil)
            let revision = try await settings.save(change, audit: [])
            let saved = ContinuousClock.now
            while let (arrived, time) = await arrivals.next() {
                guard arrived >= revision else { continue }
                latencies.append(saved.duration(to: time))
                break
            }
        }
        watcher.cancel()
        return latencies.sorted()
    }

    @Test(arguments: TestPlace.allCases) func `with events a change is heard of long before the poll`(_ place: TestPlace) async throws {
        var pace = FirebirdChangeFeed.Pace()
        pace.safetyNet = .seconds(60)
        try await TestDatabase.with(place, pace: pace) { test in
            for await _ in test.database.changeFeed.changes() where test.database.changeFeed.isHearing { break }
            let latencies = try await Self.latencies(test, count: 20)
            print("change feed with events, \(place): median \(latencies[10]), worst \(latencies[19])")
            #expect(latencies[10] < .seconds(20))
        }
    }

    @Test(arguments: TestPlace.allCases) func `without events the poll brings it`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place, usesEvents: false) { test in
            let latencies = try await Self.latencies(test, count: 4)
            print("change feed without events, \(place): median \(latencies[2]), worst \(latencies[3])")
            #expect(latencies[3] < .seconds(60))
            #expect(!test.database.changeFeed.isHearing)
        }
    }

    @Test func `closing ends every stream`() async throws {
        let connection = try await TestPlace.embedded.freshConnection()
        let database = try await TestDatabase.open(connection, node: NodeID(.fresh()))
        let stream = database.changeFeed.changes()
        await database.close()
        for await _ in stream {}
        for await _ in database.changeFeed.changes() { Issue.record("a stream after the end") }
    }

    @Test func `after a restart of the server events are heard again`() async throws {
        let server = try await TestServer.started(called: "events")
        try await TestDatabase.with(server.freshConnection()) { test in
            for await _ in test.database.changeFeed.changes() where test.database.changeFeed.isHearing { break }
            server.kill()
            for await _ in test.database.changeFeed.changes() where !test.database.changeFeed.isHearing { break }
            try await server.start()
            for await _ in test.database.changeFeed.changes() where test.database.changeFeed.isHearing { break }
            #expect(try await Self.latencies(test, count: 2).count == 2)
        }
        server.kill()
    }
}
