import GatewayTestKit
import MessageLog
import Settings
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
            #expect(try await node.run("maintenance", "text-index").output.hasPrefix("No message is indexed yet"))
            node.gateway.change { $0.textIndexReach = TextIndexReach(from: nil, until: UTCTime(milliseconds: 0), lateMessages: 2) }
            #expect(try await node.run("maintenance", "text-index").output.contains("2 late messages"))
        }
    }
}
