import MessageLog
import Settings
import Synchronization

/// The runs that the nodes of one cluster see, in memory.
final class SharedMaintenanceRuns: Sendable {
    struct Run: Hashable {
        var node: Int
        var state: MaintenanceRun.State
    }

    struct State {
        var runs: [String: Run] = [:]
        /// Nobody has touched the running ones for as long as it takes.
        var areAbandoned = false
        /// How many calls of `removeBatch` fail from now on.
        var failures = 0
        var batches = 0
    }

    private let state = Mutex(State())

    func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value { state.withLock { body(&$0) } }

    var runs: [String: Run] { state.withLock { $0.runs } }
}

/// One node's view of them, by the promises of `MaintenanceStore`.
struct MaintenanceStoreOfNode: MaintenanceStore {
    let shared: SharedMaintenanceRuns
    let node: Int

    func maintenanceRuns(limit: Int) async throws(MessageLogError) -> [MaintenanceRun] { [] }

    func unfinishedMaintenance() async throws(MessageLogError) -> [String] {
        shared.runs.filter { $0.value.state != .done }.map(\.key).sorted()
    }

    func beginMaintenance(_ key: String) async throws(MessageLogError) -> MaintenanceBeginning {
        shared.change { state in
            if let run = state.runs[key] {
                if run.state == .done { return .done }
                guard run.node == node || state.areAbandoned else { return .taken }
            }
            state.runs[key] = SharedMaintenanceRuns.Run(node: node, state: .running)
            return .begun
        }
    }

    func textIndexReach() async throws(MessageLogError) -> TextIndexReach { TextIndexReach(from: nil, until: nil, lateMessages: 0) }

    func removeBatch(
        _ step: MaintenanceStep, before cutoff: UTCTime, after position: RecordIdentifier?, in key: String
    ) async throws(MessageLogError) -> MaintenanceBatch {
        let fails = shared.change { state in
            state.batches += 1
            guard state.failures > 0 else { return false }
            state.failures -= 1
            return true
        }
        if fails { throw .unavailable(cause: "lost") }
        return MaintenanceBatch(removed: 1, next: nil)
    }

    func endMaintenance(_ key: String, cause: String?) async throws(MessageLogError) {
        shared.change { state in
            guard state.runs[key]?.node == node else { return }
            state.runs[key]?.state = cause == nil ? .done : .stopped
        }
    }
}
