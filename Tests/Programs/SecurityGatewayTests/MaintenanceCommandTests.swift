import GatewayTestKit
import Synchronization
import Testing

@testable import SecurityGateway

/// `maintenance`.
struct MaintenanceCommandTests {
    @Test func `maintenance is asked for and listed`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { (node: ServedNode) async throws in
            #expect(try await node.run("maintenance", "run").output.hasPrefix("Maintenance begins"))
            #expect(node.gateway.state.withLock { $0.maintenanceRequests } == 1)
            #expect(try await node.run("maintenance", "list").output.hasPrefix("RUN"))
        }
    }
}
