import DomainsAndUsers
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The pages of API keys.
struct APIKeysTests {
    @Test func `a key is made by the form, shown once, and revoked`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let made = try await browser.post("/api-keys/create", [("name", "monitor"), ("access", "read"), ("days", "30")])
            #expect(made.status == .ok && made.headers[.cacheControl] == "no-store")
            let text = try #require(made.text.firstMatch(of: /sgk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}/)).output
            let list = try await browser.get("/api-keys")
            #expect(list.text.contains("monitor") && !list.text.contains(text.suffix(43)))
            let identifier = try #require(gateway.state.withLock { $0.apiKeys.first?.key.identifier })
            #expect(try await browser.get("/api-keys/\(identifier)/revoke").text.contains("monitor"))
            try await browser.post("/api-keys/\(identifier)/revoke")
            #expect(gateway.state.withLock { $0.apiKeys.first?.key.revokedAt } != nil)
        }
    }

    @Test(arguments: ["", "0", "3651", "many"]) func `a wrong time is said at its field`(days: String) async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let page = try await browser.post("/api-keys/create", [("name", "monitor"), ("access", "read"), ("days", days)])
            #expect(page.status == .unprocessableContent)
            #expect(page.text.contains("1 to 3650 days"))
        }
    }
}
