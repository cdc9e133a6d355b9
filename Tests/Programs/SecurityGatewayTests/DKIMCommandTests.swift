import DomainsAndUsers
import GatewayTestKit
import Mail
import SenderAuthentication
import Settings
import Synchronization
import Testing

@testable import SecurityGateway

/// `dkim key`.
struct DKIMCommandTests {
    @Test func `a key is created, shown, activated and removed`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { (node: ServedNode) async throws in
            let domain = try #require(node.gateway.state.withLock { $0.domains.first?.name.ascii })
            let created = try await node.run("dkim", "key", "create", domain, "--selector", "S1", "--kind", "ed25519")
            #expect(created.output.hasPrefix("s1._domainkey.\(domain). IN TXT ( \"v=DKIM1; k=ed25519; p="))
            #expect(try await node.run("dkim", "key", "show", domain, "s1").output == created.output)
            #expect(try await node.run("dkim", "key", "list", domain).output.contains("no"))
            #expect(try await node.run("dkim", "key", "activate", domain, "s1").output == "Mail of \(domain) is signed with s1.\n")
            #expect(node.gateway.state.withLock { $0.domains.first?.signingKeys.map(\.isActive) } == [true])
            #expect(try await node.run("dkim", "key", "create", domain, "--selector", "s1").failure?.exitCode == 1)
            #expect(try await node.run("dkim", "key", "create", domain, "--selector", "a.b").failure?.exitCode == 1)
            #expect(try await node.run("dkim", "key", "remove", domain, "s1").output == "s1 was removed.\n")
            #expect(try await node.run("dkim", "key", "remove", domain, "s1").failure?.exitCode == 1)
            let actions = node.gateway.auditedActions
            #expect(actions.suffix(3) == ["signing-key.create", "signing-key.activate", "signing-key.remove"])
            // Nothing of it shows the secret.
            #expect(!created.output.contains("PRIVATE"))
        }
    }
}
