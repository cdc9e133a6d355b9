import FirebirdTestKit
import Foundation
import Settings
import Testing

@testable import GatewayDatabase

/// How many changes the benchmark makes; 0 leaves it out.
enum SettingsChanges {
    static let wanted = ProcessInfo.processInfo.environment["SECURITYGATEWAY_SETTINGS_CHANGES"].flatMap { Int($0) } ?? 0
}

/// Prints how long after a commit a change of settings is in force on another node, with events and by polling alone; `make
/// bench-settings` runs it. Asserts nothing of time.
@Suite(.enabled(if: SettingsChanges.wanted > 0), .serialized) struct SettingsBenchmark {
    @Test(arguments: [true, false]) func `from commit to in force on another node`(usesEvents: Bool) async throws {
        try await TwoNodes.with(usesEvents: usesEvents) { nodes in
            let watching = nodes.watch()
            if usesEvents {
                for await _ in nodes.second.database.changeFeed.changes() where nodes.second.database.changeFeed.isHearing { break }
            }
            var latencies: [Duration] = []
            for number in 1...SettingsChanges.wanted {
                let change = SettingsChange(scope: .cluster, section: "dns", values: ["servers": "\(number)"], basedOn: nil)
                let revision = try await nodes.first.database.settings.save(change, audit: [])
                let committed = ContinuousClock.now
                await nodes.second.adopts(revision)
                latencies.append(committed.duration(to: .now))
            }
            watching.cancel()
            let sorted = latencies.sorted()
            func at(_ hundredths: Int) -> String { sorted[min(sorted.count - 1, sorted.count * hundredths / 100)].milliseconds }
            print(
                "settings in force on another node \(usesEvents ? "by event" : "by polling alone"), \(sorted.count) changes: "
                    + "p50 \(at(50)), p99 \(at(99)), worst \(at(100))")
            #expect(nodes.second.current.snapshot.revision.number == Int64(SettingsChanges.wanted))
        }
    }
}

extension Duration {
    fileprivate var milliseconds: String {
        let (seconds, attoseconds) = components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        return "\(microseconds / 1_000).\(microseconds % 1_000 / 100) ms"
    }
}
