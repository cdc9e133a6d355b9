import DomainsAndUsers
import GatewayTestKit
import Settings
import Synchronization
import Testing

@testable import SecurityGateway

/// `api-key`.
struct APIKeyCommandTests {
    @Test func `a key is made, listed and revoked`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { (node: ServedNode) async throws in
            let made = try await node.run("api-key", "create", "monitor", "--access", "read", "--days", "7")
            #expect(made.output.wholeMatch(of: /sgk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}\n/) != nil)
            let identifier = try #require(node.gateway.state.withLock { $0.apiKeys.first?.key.identifier.description })
            let listed = try await node.run("api-key", "list")
            #expect(listed.output.contains(identifier) && listed.output.contains("monitor"))
            #expect(try await node.run("api-key", "revoke", identifier).output == "\(identifier) was revoked.\n")
            #expect(try await node.run("api-key", "revoke", identifier).failure?.exitCode == 1)
        }
    }
}
