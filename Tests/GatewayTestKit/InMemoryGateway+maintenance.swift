package import MessageLog
package import Settings
import Synchronization

extension InMemoryGateway: MaintenanceStore {
    package func maintenanceRuns(limit: Int) async throws(MessageLogError) -> [MaintenanceRun] {
        try state.withLock { state throws(MessageLogError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return state.maintenanceRuns
        }
    }

    package func unfinishedMaintenance() async throws(MessageLogError) -> [String] { [] }

    package func beginMaintenance(_ key: String) async throws(MessageLogError) -> MaintenanceBeginning { .done }

    package func removeBatch(
        _ step: MaintenanceStep, before cutoff: UTCTime, after position: RecordIdentifier?, in key: String
    ) async throws(MessageLogError) -> MaintenanceBatch { MaintenanceBatch(removed: 0, next: nil) }

    package func endMaintenance(_ key: String, cause: String?) async throws(MessageLogError) {}

    package func textIndexReach() async throws(MessageLogError) -> TextIndexReach {
        try state.withLock { state throws(MessageLogError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return state.textIndexReach
        }
    }
}
