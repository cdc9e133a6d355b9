import Cluster
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

/// Registration keys over the API.
struct RegistrationKeyRouteTests {
    @Test func `a key is issued, shown once, listed and revoked`() async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.post, "/registration-keys", #"{"note": "second"}"#)
        #expect(answer.status == 201)
        let issued = try answer.decoded(RegistrationKeyDocument.self)
        let text = try #require(issued.key)
        #expect(try await gateway.clusterIdentity().identifier(of: text).description == issued.identifier)
        let listed = try await gateway.request(.get, "/registration-keys")
        #expect(!listed.text.contains(text.suffix(86)))
        #expect(try listed.decoded(PageDocument<RegistrationKeyDocument>.self).items.map(\.state) == ["free"])
        #expect(try await gateway.request(.delete, "/registration-keys/\(issued.identifier)").status == 204)
        #expect(try await gateway.request(.delete, "/registration-keys/\(issued.identifier)").status == 404)
        #expect(gateway.auditedActions == ["registration-key.issue", "registration-key.revoke"])
        #expect(gateway.state.withLock { !"\($0.audit)".contains(text.suffix(86)) })
    }

    @Test func `a note that is too long is refused at its field`() async throws {
        let note = String(repeating: "x", count: 101)
        let answer = try await InMemoryGateway.filled().request(.post, "/registration-keys", #"{"note": "\#(note)"}"#)
        #expect(try answer.status == 422 && answer.fields == ["note"])
    }
}
