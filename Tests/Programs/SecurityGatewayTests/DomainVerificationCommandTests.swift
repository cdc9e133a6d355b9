import GatewayTestKit
import Mail
import Settings
import Synchronization
import Testing
import UserVerification

@testable import SecurityGateway

struct DomainVerificationCommandTests {
    @Test func `an address is asked about, and the command fails when it would not be accepted`() async throws {
        let gateway = try InMemoryGateway.filled()
        gateway.mailServers.say(ProbeAnswer(.refuses, text: "550 5.1.1 nobody", server: "mail"), of: "nobody@example.com")
        try await ServedNode.serve(gateway) { node in
            _ = try await node.run("domain", "change", "example.com", "--call-forward")
            #expect(node.gateway.state.withLock { $0.rows.first?.value } == "call-forward")
            let found = try await node.run("domain", "verify", "someone@example.com")
            #expect(found.failure == nil && found.output.contains("250 2.1.5 ok") && found.output.contains("verification has no use"))
            let forgotten = try await node.run("domain", "forget-answers", "example.com")
            #expect(forgotten.output.hasSuffix("1 answer was forgotten.\n"))
            let refused = try await node.run("domain", "verify", "nobody@example.com")
            #expect(refused.output.contains("550 5.1.1 nobody"))
        }
    }
}
