import DomainsAndUsers
import GatewayTestKit
import Hummingbird
import Mail
import SenderAuthentication
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The page of a domain's signing keys.
struct SigningKeyPageTests {
    @Test func `a key is made, its record shown, and activated and removed after questions`() async throws {
        let gateway = try SampleGateway.make()
        let domain = try #require(gateway.state.withLock { $0.domains.first?.name.ascii })
        let path = "/domains/\(domain)/signing-keys"
        @Sendable func keys() -> [DomainSigningKey] { gateway.state.withLock { $0.domains.first?.signingKeys ?? [] } }
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get(path).text.contains("not signed"))
            try await browser.post(path, [("kind", "ed25519"), ("selector", "first")])
            let key = try #require(keys().first)
            #expect(key.selector == "first" && !key.isActive && key.key.kind == .ed25519)
            let page = try await browser.get(path)
            #expect(page.text.contains("first._domainkey.\(domain)") && page.text.contains("k=ed25519"))
            #expect(!page.text.contains("PRIVATE"))
            #expect(try await browser.get("\(path)/first/activate").text.contains("first"))
            try await browser.post("\(path)/first/activate")
            #expect(keys().map(\.isActive) == [true])
            let refused = try await browser.post(path, [("kind", "rsa"), ("selector", "not a label")])
            #expect(refused.status == .unprocessableContent && refused.text.contains("not a label"))
            #expect(try await browser.get("\(path)/first/remove").text.contains("first"))
            try await browser.post("\(path)/first/remove")
            #expect(keys().isEmpty)
            #expect(try await browser.get("\(path)/first/remove").status == .notFound)
        }
    }
}
