import DomainsAndUsers
import Foundation
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

struct DomainRouteTests {
    @Test func `a domain is added, shown, changed and deleted`() async throws {
        let gateway = try InMemoryGateway.filled()
        let added = try await gateway.request(
            .post, "/domains",
            #"{"name": "Example.ORG", "note": "new", "mailServers": [{"host": "mail.example.org:2525", "priority": 5, "security": "required"}]}"#
        )
        #expect(added.status == 201)
        #expect(added.headers[.location] == "/api/v1/domains/example.org")
        let document = try added.decoded(DomainDocument.self)
        #expect(document.mailServers == [MailServerDocument(host: "mail.example.org", port: 2525, priority: 5, security: "required")])

        let shown = try await gateway.request(.get, "/domains/EXAMPLE.org")
        #expect(shown.text == added.text)

        let changed = try await gateway.request(.put, "/domains/example.org", #"{"mailServers": [{"host": "2001:db8::1", "port": 26}]}"#)
        #expect(changed.status == 200)
        #expect(try changed.decoded(DomainDocument.self).note == "")
        #expect(try changed.decoded(DomainDocument.self).mailServers.map(\.host) == ["2001:db8::1"])

        #expect(try await gateway.request(.delete, "/domains/example.org").status == 204)
        #expect(try await gateway.request(.get, "/domains/example.org").status == 404)
        #expect(gateway.auditedActions == ["domain.add", "domain.change", "domain.delete"])
        #expect(gateway.state.withLock { $0.audit.allSatisfy { $0.actor == .localCommand(userID: 42) } })
    }

    @Test func `a mail server's password is kept while nothing else is said, and shown nowhere`() async throws {
        let gateway = try InMemoryGateway.filled()
        func put(_ server: String) async throws -> APIAnswer {
            try await gateway.request(.put, "/domains/example.com", #"{"mailServers": [{"host": "mail.test", \#(server)}]}"#)
        }
        func password() -> String? { gateway.state.withLock { $0.domains.first?.mailServers.first?.credential?.password } }
        let set = try await put(#""userName": "gateway", "password": "pencil""#)
        #expect(set.status == 200 && password() == "pencil")
        let shown = try await gateway.request(.get, "/domains/example.com")
        #expect(shown.text.contains(#""hasPassword":true"#) && shown.text == set.text)
        #expect(try await put(#""userName": "gateway", "hasPassword": true, "priority": 3"#).status == 200 && password() == "pencil")
        #expect(try await put(#""userName": "other""#).status == 422, "another name has no password")
        #expect(try await put(#""userName": "gateway", "security": "none""#).status == 422, "never in the clear")
        #expect(try await put(#""userName": "gateway", "password": "a\u0000b""#).status == 422)
        #expect(try await put(#""priority": 4"#).status == 200 && password() == nil)
        let told = shown.text + gateway.state.withLock { $0.audit.map { "\($0)" } }.joined()
        #expect(told.contains("as gateway") && !told.contains("pencil"))
    }

    @Test func `all domains are listed`() async throws {
        let answer = try await InMemoryGateway.filled().request(.get, "/domains")
        #expect(answer.status == 200)
        #expect(answer.headers[.cacheControl] == "no-store")
        let page = try answer.decoded(PageDocument<DomainDocument>.self)
        #expect(page.items.map(\.name) == ["example.com"])
        #expect(page.next == nil)
    }

    @Test func `an international name has both spellings`() async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.post, "/domains", #"{"name": "例え.jp", "mailServers": [{"host": "mail.test"}]}"#)
        let document = try answer.decoded(DomainDocument.self)
        #expect(document.unicodeName == "例え.jp")
        #expect(document.name.hasPrefix("xn--"))
        #expect(try await gateway.request(.get, "/domains/%E4%BE%8B%E3%81%88.jp").status == 200)
    }

    @Test(arguments: [
        (#"{"mailServers": [{"host": "a"}]}"#, 400, ["name"]),
        (#"{"name": 5, "mailServers": [{"host": "a"}]}"#, 400, ["name"]),
        (#"{"name": "a.test"}"#, 400, ["mailServers"]),
        (#"{"name": "a.test", "mailServers": {}}"#, 400, ["mailServers"]),
        (#"{"name": "a.test", "mailServers": ["mail"]}"#, 400, ["mailServers[0]"]),
        (
            #"{"name": "a.test", "mailServers": [{"host": "a", "priority": "high", "colour": 1}]}"#, 400,
            ["mailServers[0].priority", "mailServers[0].colour"]
        ),
        (#"{"name": "a.test", "mailServers": [{"host": "a", "port": 0}]}"#, 400, ["mailServers[0].port"]),
        (#"{"name": "a.test", "mailServers": [{"host": "a", "security": "yes"}]}"#, 400, ["mailServers[0].security"]),
        (#"{"name": "a.test", "mailServers": [{"host": "a"}], "owner": "x"}"#, 400, ["owner"]),
        (#"{"name": "not a name", "mailServers": [{"host": "a"}]}"#, 422, ["name"]),
        (#"{"name": "a.test", "mailServers": []}"#, 422, ["mailServers"]),
        (#"{"name": "a.test", "mailServers": [{"host": "bad host"}]}"#, 422, ["mailServers"]),
        (#"{"name": "a.test", "mailServers": [{"host": "a:25", "port": 26}]}"#, 422, ["mailServers"]),
    ])
    func `a wrong entry is refused at its place`(body: String, status: Int, fields: [String]) async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.post, "/domains", body)
        #expect(answer.status == status)
        #expect(try answer.fields == fields)
        #expect(gateway.auditedActions.isEmpty)
    }

    @Test func `a domain that is there already is a conflict`() async throws {
        let answer = try await InMemoryGateway.filled().request(
            .post, "/domains", #"{"name": "example.com", "mailServers": [{"host": "a"}]}"#)
        #expect(answer.status == 409)
    }

    @Test(arguments: [
        ("/domains/nowhere.test", HTTPRequest.Method.get), ("/domains/no%20name", .get), ("/domains/nowhere.test", .delete),
        ("/domains/nowhere.test", .put),
    ])
    func `a domain that is not there is a 404`(path: String, method: HTTPRequest.Method) async throws {
        #expect(try await InMemoryGateway.filled().request(method, path, #"{"mailServers": [{"host": "a"}]}"#).status == 404)
    }

    @Test func `recipients are added, listed by pages and removed`() async throws {
        let gateway = try InMemoryGateway.filled()
        let added = try await gateway.request(
            .post, "/domains/example.com/recipients", #"{"recipients": ["b", "a@example.com", "C", "b"]}"#)
        #expect(added.status == 200)
        let first = try await gateway.request(.get, "/domains/example.com/recipients?limit=2").decoded(PageDocument<String>.self)
        #expect(first.items == ["a@example.com", "b@example.com"])
        let next = try #require(first.next)
        let second = try await gateway.request(.get, "/domains/example.com/recipients?limit=2&cursor=\(next)").decoded(
            PageDocument<String>.self)
        #expect(second.items.contains("C@example.com"))
        let removed = try await gateway.request(.post, "/domains/example.com/recipients/remove", #"{"recipients": ["c", "nobody"]}"#)
        #expect(try removed.decoded(RecipientCountDocument.self).count == 1)
    }

    @Test(arguments: [
        (#"{"recipients": "a"}"#, 400), (#"{"recipients": [1]}"#, 400), (#"{}"#, 400), (#"{"recipients": ["a@elsewhere.test"]}"#, 422),
    ])
    func `wrong recipients are refused`(body: String, status: Int) async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.post, "/domains/example.com/recipients", body).status == status)
        #expect(try await gateway.request(.post, "/domains/example.com/recipients/remove", body).status == status)
        #expect(gateway.state.withLock { $0.recipients.isEmpty })
    }

    @Test func `recipients of a domain that is not there are a 404`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.get, "/domains/nowhere.test/recipients").status == 404)
        #expect(try await gateway.request(.post, "/domains/nowhere.test/recipients", #"{"recipients": ["a"]}"#).status == 404)
    }
}
