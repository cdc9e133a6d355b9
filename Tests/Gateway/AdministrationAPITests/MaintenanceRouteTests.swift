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

    @Test func `the reach of the text index is told, and nothing of times while it is empty`() async throws {
        let gateway = try InMemoryGateway.filled()
        let empty = try await gateway.request(.get, "/maintenance/text-index").decoded(TextIndexDocument.self)
        #expect(empty.until == nil && empty.lateMessages == 0)
        gateway.change {
            $0.textIndexReach = TextIndexReach(from: UTCTime(milliseconds: 0), until: UTCTime(milliseconds: 1000), lateMessages: 3)
        }
        let reach = try await gateway.request(.get, "/maintenance/text-index").decoded(TextIndexDocument.self)
        #expect(reach.from?.hasPrefix("1970-01-01T00:00:00") == true && reach.until?.hasPrefix("1970-01-01T00:00:01") == true)
        #expect(reach.lateMessages == 3)
    }

    @Test func `a run is asked for and stands in the audit log`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.post, "/maintenance/run", "{}").status == 204)
        #expect(gateway.state.withLock { $0.maintenanceRequests } == 1)
        #expect(gateway.auditedActions == ["maintenance.run"])
        #expect(try await gateway.request(.post, "/maintenance/run", #"{"x": 1}"#).status == 400)
    }
}
