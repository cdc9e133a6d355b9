import AdministrationAPI
import ArgumentParser
import DomainsAndUsers
import Foundation
import GatewayTestKit
import Mail
import Settings
import Synchronization
import Testing

@testable import SecurityGateway

struct DomainCommandTests {
    @Test func `a domain is added with its mail servers and listed`() async throws {
        try await ServedNode.serve(InMemoryGateway()) { node in
            let added = try await node.run(
                "domain", "add", "Example.org", "--mail-server", "mail.example.org:2525,priority=5,tls=required", "--mail-server",
                "[2001:db8::1]:26", "--note", "main", "--listed-recipients")
            #expect(added.failure == nil)
            #expect(added.output == "example.org was added.\n")
            let domain = try #require(node.gateway.state.withLock { $0.domains.first })
            #expect(domain.mailServers.map(\.endpoint.description) == ["mail.example.org:2525", "[2001:db8::1]:26"])
            #expect(domain.mailServers.map(\.security) == [.required, .opportunistic])
            #expect(node.gateway.state.withLock { $0.rows.first?.value } == "listed")
            let listed = try await node.run("domain", "list")
            let lines = listed.output.split(separator: "\n")
            #expect(lines.first == "DOMAIN       MAIL SERVERS                             NOTE")
            #expect(lines.last == "example.org  mail.example.org:2525, [2001:db8::1]:26  main")
        }
    }

    @Test func `a change keeps what is not named`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let noted = try await node.run("domain", "change", "example.com", "--note", "new")
            #expect(noted.output.contains("mail.example.com:25"))
            #expect(node.gateway.state.withLock { $0.domains.first?.note } == "new")
            _ = try await node.run("domain", "change", "example.com", "--mail-server", "other.test", "--any-recipients")
            #expect(node.gateway.state.withLock { $0.domains.first?.note } == "new")
            #expect(node.gateway.state.withLock { $0.domains.first?.mailServers.map(\.endpoint.host) } == ["other.test"])
        }
    }

    @Test func `a domain is shown as the API's JSON and deleted`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let shown = try await node.run("domain", "show", "EXAMPLE.com", "--json")
            let document = try JSONDecoder().decode(DomainDocument.self, from: Data(shown.output.utf8))
            #expect(document.name == "example.com")
            #expect(try await node.run("domain", "delete", "example.com").output == "example.com was deleted.\n")
            let again = try await node.run("domain", "delete", "example.com", language: .japanese)
            #expect(again.failure?.exitCode == 1)
            #expect(again.failure?.description == "ドメイン「example.com」はありません。")
        }
    }

    @Test func `recipients come from arguments and files`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let path = try node.file("list", "# people\nalice\n\n bob@example.com \r\n")
            let added = try await node.run("domain", "recipient", "add", "example.com", "carol", "--file", path)
            #expect(added.output == "3 addresses were added.\n")
            let listed = try await node.run("domain", "recipient", "list", "example.com", "--limit", "2")
            #expect(listed.output == "alice@example.com\nbob@example.com\n")
            #expect(listed.errors.contains("--all"))
            let all = try await node.run("domain", "recipient", "list", "example.com", "--all")
            #expect(all.output.split(separator: "\n").count == 3)
            let removed = try await node.run("domain", "recipient", "remove", "example.com", "carol", "--json")
            #expect(removed.output == "{\"count\":1}\n")
            let missing = try await node.run("domain", "recipient", "add", "example.com", "--file", node.home + "/nowhere")
            #expect(missing.failure?.exitCode == 64)
        }
    }

    @Test func `many recipients are sent in parts`() {
        let parts = DomainRecipientCommand.Addresses.split(["aa", "bb", "cc", "dd", "ee"], maximumCount: 2, maximumBytes: 100)
        #expect(parts == [["aa", "bb"], ["cc", "dd"], ["ee"]])
        #expect(DomainRecipientCommand.Addresses.split(["aa", "bb", "cc"], maximumCount: 9, maximumBytes: 6) == [["aa"], ["bb"], ["cc"]])
        #expect(DomainRecipientCommand.Addresses.split([]) == [])
    }

    @Test(arguments: [
        ["domain", "add", "a.test"], ["domain", "add", "a.test", "--mail-server", ""],
        ["domain", "add", "a.test", "--mail-server", "h,priority=-1"],
        ["domain", "add", "a.test", "--mail-server", "h,tls=maybe"], ["domain", "add", "a.test", "--mail-server", "h,tls=none,tls=none"],
        ["domain", "add", "a.test", "--mail-server", "h,colour=red"], ["domain", "change", "a.test"],
        ["domain", "recipient", "add", "a.test"],
        ["domain", "change", "a.test", "--any-recipients", "--listed-recipients"], ["settings", "get", "delivery"],
        ["settings", "get", "a.b.c"],
        ["settings", "set", "delivery.later-retry"], ["settings", "set", "delivery", "5"], ["queue", "delete"], ["queue", "retry", "xyz"],
        ["queue", "retry", String(repeating: "0", count: 32), "--all"], ["queue", "retry", String(repeating: "0", count: 32) + "/-1"],
        ["queue", "hold", String(repeating: "0", count: 32), "--text", "x"], ["queue", "list", "--limit", "0"],
        ["log", "list", "--direction", "up"],
        ["log", "list", "--from", "yesterday"], ["log", "list", "--until", "5x"], ["administrator", "add"],
        ["administrator", "add", "x", "--password", "y"],
        ["nonsense"], ["administrator", "add", "x", "--language", "fr"],
    ])
    func `a wrong command line is a usage error`(arguments: [String]) {
        do {
            _ = try SecurityGatewayProgram.parseAsRoot(arguments)
            Issue.record("\(arguments) was parsed")
        } catch {
            #expect(SecurityGatewayProgram.exitCode(for: error).rawValue == 64)
        }
    }
}
