import Logging
import MessageLog
import Settings
import Testing

@testable import GatewayNode

/// When a node does maintenance, and until when it stays with it.
struct MaintenanceRunnerTests {
    private static let tonight = UTCTime(milliseconds: 1_795_800_000_000)
    private static let tomorrow = tonight.advanced(by: .seconds(86_400))

    private let shared = SharedMaintenanceRuns()
    private let requests = MaintenanceRequests()
    private let runner: MaintenanceRunner
    private var today: String { MaintenanceRunner.localDate(Self.tonight) }

    init() {
        runner = MaintenanceRunner(
            store: MaintenanceStoreOfNode(shared: shared, node: 2),
            settings: CurrentSettings(SettingsSnapshot(revision: .none, settings: GatewaySettings())), requests: requests,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func state(_ key: String) -> MaintenanceRun.State? { shared.runs[key]?.state }

    @Test func `each local date's run is done once`() async {
        var agenda = MaintenanceAgenda()
        for _ in 0..<2 { await runner.work(on: &agenda, now: Self.tonight) }
        #expect(shared.runs.count == 1 && state(today) == .done)
        #expect(shared.change { $0.batches } == MaintenanceStep.allCases.count)
        await runner.work(on: &agenda, now: Self.tomorrow)
        #expect(shared.runs.count == 2 && state(MaintenanceRunner.localDate(Self.tomorrow)) == .done)
    }

    @Test func `the run of a node that died is taken over by one that runs all the time`() async {
        shared.change { $0.runs[today] = SharedMaintenanceRuns.Run(node: 1, state: .running) }
        var agenda = MaintenanceAgenda()
        await runner.work(on: &agenda, now: Self.tonight)
        #expect(shared.runs[today] == SharedMaintenanceRuns.Run(node: 1, state: .running))
        shared.change { $0.areAbandoned = true }
        await runner.work(on: &agenda, now: Self.tonight.advanced(by: .seconds(900)))
        #expect(shared.runs[today] == SharedMaintenanceRuns.Run(node: 2, state: .done))
    }

    @Test func `what another primary left unfinished is finished, whatever its key`() async {
        shared.change { state in
            state.areAbandoned = true
            for key in ["manual-1", "2020-01-01"] { state.runs[key] = SharedMaintenanceRuns.Run(node: 1, state: .running) }
            state.runs["manual-2"] = SharedMaintenanceRuns.Run(node: 1, state: .stopped)
        }
        var agenda = MaintenanceAgenda()
        await runner.work(on: &agenda, now: Self.tonight)
        #expect(shared.runs.count == 4 && shared.runs.values.allSatisfy { $0.state == .done })
        #expect(agenda.due(on: today).isEmpty)
    }

    @Test func `what another node has done is not asked for again`() async {
        shared.change { $0.runs[today] = SharedMaintenanceRuns.Run(node: 1, state: .done) }
        var agenda = MaintenanceAgenda()
        await runner.work(on: &agenda, now: Self.tonight)
        #expect(agenda.due(on: today).isEmpty && shared.change { $0.batches } == 0)
    }

    @Test func `a run that failed is gone on with at the next look`() async {
        shared.change { $0.failures = 1 }
        var agenda = MaintenanceAgenda()
        await runner.work(on: &agenda, now: Self.tonight)
        #expect(state(today) == .stopped)
        await runner.work(on: &agenda, now: Self.tonight)
        #expect(state(today) == .done)
    }

    @Test func `a run that was asked for is gone on with under its own key until it is done, and then no more`() async throws {
        shared.change { $0.runs[today] = SharedMaintenanceRuns.Run(node: 1, state: .done) }
        var agenda = MaintenanceAgenda()
        requests.ask()
        shared.change { $0.failures = 1 }
        await runner.work(on: &agenda, now: Self.tonight)
        let key = try #require(shared.runs.keys.first { $0 != today })
        #expect(key.hasPrefix("manual-") && state(key) == .stopped)
        for _ in 0..<2 { await runner.work(on: &agenda, now: Self.tonight) }
        #expect(shared.runs.count == 2 && state(key) == .done)
        #expect(shared.change { $0.batches } == 1 + MaintenanceStep.allCases.count)
    }
}
