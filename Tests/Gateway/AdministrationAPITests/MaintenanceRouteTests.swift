import GatewayTestKit
import Hummingbird
import MessageLog
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

/// Maintenance.
struct MaintenanceRouteTests {
    @Test func `runs are listed with what they removed`() async throws {
        let gateway = try InMemoryGateway.filled()
        let run = MaintenanceRun(
            key: "2026-11-27", node: gateway.node, startedAt: UTCTime(milliseconds: 0), changedAt: UTCTime(milliseconds: 1000),
            state: .done,
            removedMessages: 3, removedFigures: 2, removedAuditEntries: 1, cause: "")
        gateway.change { $0.maintenanceRuns = [run] }
        let page = try await gateway.request(.get, "/maintenance").decoded(PageDocument<MaintenanceDocument>.self)
        #expect(page.items.map(\.run) == ["2026-11-27"] && page.items.map(\.removedMessages) == [3])
    }

    @Test func `a run is asked for and stands in the audit log`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.post, "/maintenance/run", "{}").status == 204)
        #expect(gateway.state.withLock { $0.maintenanceRequests } == 1)
        #expect(gateway.auditedActions == ["maintenance.run"])
        #expect(try await gateway.request(.post, "/maintenance/run", #"{"x": 1}"#).status == 400)
    }
}
