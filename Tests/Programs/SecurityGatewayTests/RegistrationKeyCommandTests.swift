import Cluster
import GatewayTestKit
import Settings
import Synchronization
import Testing

@testable import SecurityGateway

/// `registration-key`.
struct RegistrationKeyCommandTests {
    @Test func `a key is issued, listed and revoked`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { (node: ServedNode) async throws in
            let issued = try await node.run("registration-key", "issue", "--note", "second")
            #expect(issued.output.wholeMatch(of: /sgr_[0-9a-f]{32}_[A-Za-z0-9_-]{86}\n/) != nil)
            let identifier = try #require(node.gateway.state.withLock { $0.registrationKeys.first?.identifier.description })
            let listed = try await node.run("registration-key", "list")
            #expect(listed.output.contains(identifier) && listed.output.contains("second") && listed.output.contains("free"))
            #expect(try await node.run("registration-key", "revoke", identifier).output == "\(identifier) was revoked.\n")
            #expect(try await node.run("registration-key", "revoke", identifier).failure?.exitCode == 1)
        }
    }
}
