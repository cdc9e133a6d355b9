import DomainsAndUsers
import GatewayTestKit
import Hummingbird
import Mail
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

/// Signing keys over the API.
struct SigningKeyRouteTests {
    @Test func `a key is made, listed, activated and removed, and its private half is nowhere`() async throws {
        let gateway = try InMemoryGateway.filled()
        let domain = try #require(gateway.state.withLock { $0.domains.first?.name.ascii })
        let path = "/domains/\(domain)/signing-keys"
        let made = try await gateway.request(.post, path, #"{"selector": "s1", "kind": "ed25519"}"#)
        #expect(made.status == 201)
        let key = try made.decoded(SigningKeyDocument.self)
        #expect(key.recordName == "s1._domainkey.\(domain)" && key.bits == 256 && !key.isActive)
        #expect(try await gateway.request(.post, path, #"{"selector": "s1"}"#).status == 409)
        #expect(try await gateway.request(.post, path, #"{"kind": "dsa"}"#).status == 400)
        #expect(try await gateway.request(.post, path, #"{"selector": "-"}"#).fields == ["selector"])
        #expect(try await gateway.request(.post, "\(path)/s1/activate", "{}").decoded(SigningKeyDocument.self).isActive)
        let listed = try await gateway.request(.get, path)
        #expect(try listed.decoded(PageDocument<SigningKeyDocument>.self).items.map(\.isActive) == [true])
        #expect(!listed.text.contains("PRIVATE"))
        #expect(try await gateway.request(.get, "\(path)/s1").decoded(SigningKeyDocument.self).zoneLine == key.zoneLine)
        #expect(try await gateway.request(.delete, "\(path)/s1").status == 204)
        #expect(try await gateway.request(.delete, "\(path)/s1").status == 404)
        #expect(gateway.auditedActions == ["signing-key.create", "signing-key.activate", "signing-key.remove"])
        #expect(gateway.state.withLock { !"\($0.audit)".contains("PRIVATE") })
    }
}
