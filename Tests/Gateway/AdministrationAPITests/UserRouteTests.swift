import DomainsAndUsers
import Foundation
import GatewayTestKit
import Hummingbird
import Mail
import Testing

@testable import AdministrationAPI

struct UserRouteTests {
    @Test func `a user is added, shown, changed and deleted`() async throws {
        let gateway = try InMemoryGateway.filled()
        let added = try await gateway.request(
            .post, "/users",
            #"{"address": "Suzuki@example.com", "displayName": "鈴木", "aliases": ["sales@example.com"], "password": "a long password"}"#)
        #expect(added.status == 201)
        #expect(added.headers[.location] == "/api/v1/users/Suzuki@example.com")
        let document = try added.decoded(UserDocument.self)
        #expect(document.isEnabled && document.hasPassword && document.aliases == ["sales@example.com"])

        #expect(try await gateway.request(.get, "/users/suzuki%40EXAMPLE.com").text == added.text)
        let changed = try await gateway.request(.put, "/users/suzuki@example.com", #"{"isEnabled": false}"#)
        #expect(changed.status == 200)
        let disabled = try changed.decoded(UserDocument.self)
        #expect(!disabled.isEnabled && disabled.hasPassword && disabled.aliases.isEmpty && disabled.displayName.isEmpty)
        #expect(try await gateway.request(.delete, "/users/suzuki@example.com").status == 204)
        #expect(try await gateway.request(.get, "/users/suzuki@example.com").status == 404)
        #expect(gateway.users.audited.map { $0.split(separator: " ").first } == ["user.add", "user.change", "user.delete"])
    }

    @Test func `a password is set and removed, and shown nowhere`() async throws {
        let gateway = try InMemoryGateway.filled()
        let answers = [
            try await gateway.request(.post, "/users", #"{"address": "suzuki@example.com"}"#),
            try await gateway.request(.put, "/users/suzuki@example.com/password", #"{"password": "a long secret"}"#),
            try await gateway.request(.get, "/users/suzuki@example.com"), try await gateway.request(.get, "/domains/example.com/users"),
        ]
        #expect(answers.map(\.status) == [201, 204, 200, 200])
        let verifier = try #require(gateway.users.verifier(of: try EmailAddress("suzuki@example.com")))
        #expect(try verifier.matches("a long secret"))
        let told = (answers.map(\.text) + gateway.users.audited).joined()
        #expect(!told.contains("secret") && !told.contains("SCRAM"))
        #expect(try await gateway.request(.delete, "/users/suzuki@example.com/password").status == 204)
        #expect(gateway.users.verifier(of: try EmailAddress("suzuki@example.com")) == nil)
    }

    @Test func `users are listed by pages and searched`() async throws {
        let gateway = try InMemoryGateway.filled()
        for name in ["c", "a", "b"] { _ = try await gateway.request(.post, "/users", #"{"address": "\#(name)@example.com"}"#) }
        let first = try await gateway.request(.get, "/domains/example.com/users?limit=2").decoded(PageDocument<UserDocument>.self)
        #expect(first.items.map(\.address) == ["a@example.com", "b@example.com"])
        let next = try #require(first.next)
        let second = try await gateway.request(.get, "/domains/example.com/users?limit=2&cursor=\(next)").decoded(
            PageDocument<UserDocument>.self)
        #expect(second.items.map(\.address) == ["c@example.com"] && second.next == nil)
        let found = try await gateway.request(.get, "/domains/example.com/users?text=b%40").decoded(PageDocument<UserDocument>.self)
        #expect(found.items.map(\.address) == ["b@example.com"])
    }

    @Test(arguments: [
        (#"{}"#, 400, ["address"]), (#"{"address": "x@example.com", "isEnabled": "yes"}"#, 400, ["isEnabled"]),
        (#"{"address": "x@example.com", "aliases": "y"}"#, 400, ["aliases"]),
        (#"{"address": "x@example.com", "admin": true}"#, 400, ["admin"]),
        (#"{"address": "x@elsewhere.test"}"#, 422, ["address"]), (#"{"address": "x"}"#, 422, ["address"]),
        (#"{"address": "x@example.com", "aliases": ["y@elsewhere.test"]}"#, 422, ["aliases"]),
        (#"{"address": "x@example.com", "password": "short"}"#, 422, ["password"]),
        (#"{"address": "x@example.com", "displayName": "\#(String(repeating: "x", count: 201))"}"#, 422, ["display-name"]),
    ])
    func `a wrong user is refused at its place`(body: String, status: Int, fields: [String]) async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.post, "/users", body)
        #expect(answer.status == status)
        #expect(try answer.fields == fields)
        #expect(gateway.users.all.isEmpty)
    }

    @Test func `an address that is taken is a conflict`() async throws {
        let gateway = try InMemoryGateway.filled()
        _ = try await gateway.request(.post, "/users", #"{"address": "a@example.com", "aliases": ["b@example.com"]}"#)
        for address in ["a@example.com", "B@example.com"] {
            #expect(try await gateway.request(.post, "/users", #"{"address": "\#(address)"}"#).status == 409)
        }
    }

    @Test(arguments: ["/users/nobody@example.com", "/users/nobody", "/users/nobody@example.com/password", "/domains/nowhere.test/users"])
    func `who is not there is a 404`(path: String) async throws {
        let method: HTTPRequest.Method = path.hasSuffix("password") ? .delete : .get
        #expect(try await InMemoryGateway.filled().request(method, path).status == 404)
    }
}
