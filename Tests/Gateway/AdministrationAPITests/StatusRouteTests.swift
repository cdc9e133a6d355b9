import DomainsAndUsers
import Foundation
import GatewayTestKit
import Hummingbird
import Synchronization
import Testing

@testable import AdministrationAPI

/// Status, nodes and administrators.
struct StatusRouteTests {
    @Test func `the status has the node's figures`() async throws {
        let answer = try await InMemoryGateway.filled().request(.get, "/status")
        #expect(answer.status == 200)
        let status = try answer.decoded(StatusDocument.self)
        #expect(status.startedAt == "2023-11-14T22:13:20.123Z")
        #expect(status.queue?.recipients == 3)
        #expect(status.lastDay?.refused == 1)
        #expect(status.domainCount == 1 && status.nodeCount == 1)
    }

    @Test func `the status without a database lacks figures and says so`() async throws {
        let gateway = try InMemoryGateway.filled()
        gateway.change { $0.isUnavailable = true }
        let answer = try await gateway.request(.get, "/status")
        #expect(answer.status == 200)
        let status = try answer.decoded(StatusDocument.self)
        #expect(status.queue == nil && status.lastDay == nil && status.domainCount == nil && status.nodeCount == nil)
        #expect(!status.health.isWorking)
    }

    @Test(arguments: [(true, 200), (false, 503)])
    func `health is said by the status line too`(isWorking: Bool, status: Int) async throws {
        let gateway = try InMemoryGateway.filled()
        gateway.change { $0.isWorking = isWorking }
        let answer = try await gateway.request(.get, "/health")
        #expect(answer.status == status)
        #expect(try answer.decoded(HealthDocument.self).parts.map(\.isWorking) == [isWorking])
    }

    @Test func `nodes are listed`() async throws {
        let page = try await InMemoryGateway.filled().request(.get, "/nodes").decoded(PageDocument<NodeDocument>.self)
        #expect(page.items.map(\.name) == ["mx1"])
    }

    @Test func `an administrator is added, gets another password and is deleted`() async throws {
        let gateway = try InMemoryGateway.filled()
        let added = try await gateway.request(
            .post, "/administrators", #"{"name": "Hanako", "password": "correct horse battery", "language": "ja"}"#)
        #expect(added.status == 201)
        #expect(!added.text.contains("correct horse") && !added.text.contains("scrypt"))
        let listed = try await gateway.request(.get, "/administrators").decoded(PageDocument<AdministratorDocument>.self)
        #expect(listed.items.map(\.name) == ["root", "Hanako"])
        #expect(try await gateway.request(.put, "/administrators/hanako/password", #"{"password": "another good one"}"#).status == 204)
        let hash = try #require(gateway.state.withLock { $0.administrators.last?.password })
        #expect(try hash.matches("another good one"))
        #expect(try await gateway.request(.delete, "/administrators/HANAKO").status == 204)
        #expect(gateway.auditedActions == ["administrator.add", "administrator.password", "administrator.delete"])
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "/administrators", #"{"name": "x y", "password": "correct horse battery"}"#, 422),
        (.post, "/administrators", #"{"name": "x", "password": "short"}"#, 422), (.post, "/administrators", #"{"name": "x"}"#, 400),
        (.post, "/administrators", #"{"name": "ROOT", "password": "correct horse battery"}"#, 409),
        (.post, "/administrators", #"{"name": "x", "password": "correct horse battery", "language": "fr"}"#, 400),
        (.post, "/administrators", #"{"name": "x", "password": "correct horse battery", "role": "global"}"#, 400),
        (.put, "/administrators/root/password", #"{"password": "short"}"#, 422),
        (.put, "/administrators/nobody/password", #"{"password": "correct horse battery"}"#, 404),
        (.put, "/administrators/root/password", #"{}"#, 400), (.delete, "/administrators/root", "", 409),
        (.delete, "/administrators/nobody", "", 404),
    ])
    func `a wrong change of administrators is refused`(method: HTTPRequest.Method, path: String, body: String, status: Int) async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(method, path, body).status == status)
        #expect(gateway.auditedActions.isEmpty)
    }
}
