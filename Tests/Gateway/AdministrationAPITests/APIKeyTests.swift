import Administration
import DomainsAndUsers
import Foundation
import GatewayTestKit
import Hummingbird
import HummingbirdTesting
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

/// The API on the door to the network: who is let in, and with what.
struct APIKeyTests {
    private static let otherSecret = String(repeating: "A", count: 43)

    private static func make(_ gateway: InMemoryGateway, access: String = "full") async throws -> APIKeyDocument {
        let answer = try await gateway.request(.post, "/api-keys", #"{"name": "monitor", "access": "\#(access)", "days": 30}"#)
        try #require(answer.status == 201)
        return try answer.decoded(APIKeyDocument.self)
    }

    @Test func `a new key is shown once and only its hash is kept`() async throws {
        let gateway = try InMemoryGateway.filled()
        let made = try await Self.make(gateway)
        let text = try #require(made.key)
        #expect(text.hasPrefix("sgk_\(made.identifier)_") && text.utf8.count == 4 + 32 + 1 + 43)
        let listed = try await gateway.request(.get, "/api-keys")
        #expect(!listed.text.contains(text.suffix(43)))
        #expect(try listed.decoded(PageDocument<APIKeyDocument>.self).items.map(\.name) == ["monitor"])
        #expect(gateway.auditedActions == ["api-key.create"])
        #expect(gateway.state.withLock { !"\($0.audit)".contains(text.suffix(43)) })
    }

    @Test func `a valid key reads and changes, and stands in the audit log`() async throws {
        let gateway = try InMemoryGateway.filled()
        let key = try #require(try await Self.make(gateway).key)
        #expect(try await gateway.networkRequest(.get, "/domains", key: key).status == 200)
        let added = try await gateway.networkRequest(
            .post, "/domains", #"{"name": "new.example", "mailServers": [{"host": "mx.new.example"}]}"#, key: key)
        #expect(added.status == 201)
        #expect(gateway.state.withLock { $0.audit.last?.actor.description } == "api-key:monitor")
        #expect(gateway.state.withLock { $0.apiKeys.first?.key.lastUsedAt } != nil)
    }

    @Test func `a key that may only read changes nothing`() async throws {
        let gateway = try InMemoryGateway.filled()
        let key = try #require(try await Self.make(gateway, access: "read").key)
        #expect(try await gateway.networkRequest(.get, "/queue", key: key).status == 200)
        let answer = try await gateway.networkRequest(.delete, "/domains/example.com", key: key)
        #expect(try answer.status == 403 && answer.problem.type == "urn:securitygateway:problem:denied")
        #expect(gateway.state.withLock { $0.domains.count } == 1)
    }

    @Test func `a key makes and revokes no keys`() async throws {
        let gateway = try InMemoryGateway.filled()
        let made = try await Self.make(gateway)
        let key = try #require(made.key)
        #expect(try await gateway.networkRequest(.post, "/api-keys", #"{"name": "second"}"#, key: key).status == 403)
        #expect(try await gateway.networkRequest(.delete, "/api-keys/\(made.identifier)", key: key).status == 403)
        #expect(try await gateway.networkRequest(.get, "/api-keys", key: key).status == 200)
    }

    @Test func `without a valid key nothing is answered, whatever is wrong`() async throws {
        let gateway = try InMemoryGateway.filled()
        let made = try await Self.make(gateway)
        let key = try #require(made.key)
        let unknown = "sgk_\(String(repeating: "0", count: 32))_\(Self.otherSecret)"
        for wrong in [nil, "", "sgk_", "sgk_\(made.identifier)_\(Self.otherSecret)", unknown, String(key.dropLast()), key + "A", "x" + key]
        {
            let answer = try await gateway.networkRequest(.get, "/status", key: wrong)
            #expect(answer.status == 401, "\(wrong ?? "none")")
            #expect(answer.headers[.wwwAuthenticate] == "Bearer realm=\"SecurityGateway\"")
            #expect(try answer.problem.type == "urn:securitygateway:problem:unauthenticated")
        }
    }

    @Test func `a cookie is no key`() async throws {
        let gateway = try InMemoryGateway.filled()
        let signedIn = try await gateway.administration.signIn(
            name: "root", password: "a long password", address: "192.0.2.1")
        let answer = try await gateway.networkRequest(
            .get, "/status", key: nil, cookie: "session=\(signedIn.token); __Host-session=\(signedIn.token)")
        #expect(answer.status == 401)
    }

    @Test func `a revoked key and one that is over are refused`() async throws {
        let gateway = try InMemoryGateway.filled()
        let first = try await Self.make(gateway)
        #expect(try await gateway.request(.delete, "/api-keys/\(first.identifier)").status == 204)
        #expect(try await gateway.request(.delete, "/api-keys/\(first.identifier)").status == 404)
        #expect(try await gateway.networkRequest(.get, "/status", key: first.key).status == 401)
        let second = try await Self.make(gateway)
        gateway.change { state in
            let last = state.apiKeys.count - 1
            state.apiKeys[last].key = state.apiKeys[last].key.ended
        }
        #expect(try await gateway.networkRequest(.get, "/status", key: second.key).status == 401)
    }

    @Test func `many wrong keys are put off, other keys of the address are not`() async throws {
        let gateway = try InMemoryGateway.filled()
        let made = try await Self.make(gateway)
        let wrong = "sgk_\(made.identifier)_\(Self.otherSecret)"
        let administration = gateway.administration
        func ask(_ key: String) async -> AdministrationError? {
            do throws(AdministrationError) {
                _ = try await administration.caller(authorization: "Bearer \(key)", address: "192.0.2.1", isChange: false)
                return nil
            } catch {
                return error
            }
        }
        var answers: [AdministrationError?] = []
        for _ in 0..<30 { answers.append(await ask(wrong)) }
        #expect(answers.first == .unauthenticated && answers.last == .tooManyAttempts)
        let other = try #require(try await Self.make(gateway).key)
        #expect(await ask(other) == nil)
    }

    @Test func `a lost database is not a wrong key`() async throws {
        let gateway = try InMemoryGateway.filled()
        let key = try await Self.make(gateway).key
        gateway.change { $0.isUnavailable = true }
        #expect(try await gateway.networkRequest(.get, "/status", key: key).status == 503)
    }

    @Test func `the document is served without a key`() async throws {
        let answer = try await InMemoryGateway().networkRequest(.get, "/openapi.yaml", key: nil)
        #expect(answer.status == 200 && answer.text.hasPrefix("openapi: 3.1.0"))
    }

    @Test(arguments: [
        #"{"name": ""}"#, #"{"name": "a\u0007b"}"#, #"{"name": "\#(String(repeating: "x", count: 101))"}"#,
    ]) func `a key without a proper name is not made`(body: String) async throws {
        let answer = try await InMemoryGateway.filled().request(.post, "/api-keys", body)
        #expect(try answer.status == 422 && answer.fields == ["name"])
    }

    @Test(arguments: ["0", "3651", "-1", "\"1\""]) func `a key has an end within ten years`(days: String) async throws {
        let answer = try await InMemoryGateway.filled().request(.post, "/api-keys", #"{"name": "a", "days": \#(days)}"#)
        #expect(try answer.status == 400 && answer.fields == ["days"])
    }
}

extension InMemoryGateway {
    /// Sends one request as from the network.
    fileprivate func networkRequest(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, key: String?, cookie: String? = nil
    ) async throws -> APIAnswer {
        let router = Router(context: BasicRequestContext.self)
        api.addRoutesForKeys(to: router.group(RouterPath(AdministrationAPI.prefix))) { _ in "192.0.2.9" }
        var headers = HTTPFields()
        if body != nil { headers[.contentType] = "application/json" }
        if let key { headers[.authorization] = "Bearer \(key)" }
        if let cookie { headers[.cookie] = cookie }
        return try await Application(router: router).test(.router) { [headers] client in
            try await client.execute(
                uri: AdministrationAPI.prefix + path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
            ) { response in
                APIAnswer(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
            }
        }
    }
}
