import AdministrationAPI
import DomainsAndUsers
import Foundation
import GatewayTestKit
import Mail
import Settings
import Testing

@testable import SecurityGateway

struct UserCommandTests {
    @Test func `a user is added with a password from a file and listed`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let path = try node.file("password", "a long password\n")
            let added = try await node.run(
                "user", "add", "suzuki@example.com", "--display-name", "鈴木", "--alias", "sales@example.com", "--password-file", path)
            #expect(added.failure == nil && added.output == "suzuki@example.com was added.\n")
            #expect(try node.gateway.users.verifier(of: try EmailAddress("suzuki@example.com"))?.matches("a long password") == true)
            let lines = try await node.run("user", "list", "example.com").output.split(separator: "\n")
            #expect(lines.first == "ADDRESS             NAME  STATE    PASSWORD  ALIASES")
            #expect(lines.last == "suzuki@example.com  鈴木  enabled  set       sales@example.com")
        }
    }

    @Test func `aliases are given and taken, and what is not named stays`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            _ = try await node.run("user", "add", "suzuki@example.com", "--display-name", "S")
            _ = try await node.run("user", "alias", "add", "suzuki@example.com", "a@example.com", "b@example.com")
            _ = try await node.run("user", "change", "suzuki@example.com", "--disable")
            let shown = try await node.run("user", "alias", "remove", "suzuki@example.com", "A@example.com", "--json")
            let document = try JSONDecoder().decode(UserDocument.self, from: Data(shown.output.utf8))
            #expect(document.aliases == ["b@example.com"] && !document.isEnabled && document.displayName == "S" && !document.hasPassword)
        }
    }

    @Test func `a password is asked for twice, and removed`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            _ = try await node.run("user", "add", "suzuki@example.com")
            let differing = try await node.run("user", "set-password", "suzuki@example.com", answers: ["first password", "another one"])
            #expect(differing.failure != nil)
            let set = try await node.run("user", "set-password", "suzuki@example.com", answers: ["first password", "first password"])
            #expect(set.failure == nil && set.output == "The password of suzuki@example.com was set.\n")
            #expect(node.gateway.users.all.first?.hasPassword == true)
            _ = try await node.run("user", "set-password", "suzuki@example.com", "--remove")
            #expect(node.gateway.users.all.first?.hasPassword == false)
        }
    }

    @Test func `a user is deleted, and is then not found`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            _ = try await node.run("user", "add", "suzuki@example.com")
            #expect(try await node.run("user", "delete", "suzuki@example.com").output == "suzuki@example.com was deleted.\n")
            let gone = try await node.run("user", "show", "suzuki@example.com", language: .japanese)
            #expect(gone.failure?.description == "ユーザー「suzuki@example.com」はいません。")
        }
    }
}
