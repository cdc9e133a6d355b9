import AdministrationAPI
import Delivery
import DomainsAndUsers
import Foundation
import GatewayTestKit
import Settings
import Synchronization
import Terminal
import Testing

@testable import SecurityGateway

/// `queue`, `log`, `audit`, `status` and `administrator`.
struct MailCommandTests {
    @Test func `the queue is listed and acted on by name`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let listed = try await node.run("queue", "list")
            #expect(listed.output.hasPrefix("ENTRY"))
            #expect(listed.output.contains("\(InMemoryGateway.message(1))/1"))
            let deleted = try await node.run("queue", "delete", "\(InMemoryGateway.message(1))/1", "\(InMemoryGateway.message(2))")
            #expect(deleted.output == "delete: done to 2 entries.\n")
            #expect(node.gateway.state.withLock { $0.queue.map(\.message) } == [InMemoryGateway.message(3)])
            let unknown = try await node.run("queue", "retry", String(repeating: "0", count: 32))
            #expect(unknown.failure?.exitCode == 1)
        }
    }

    @Test func `all entries are acted on page by page once it is confirmed`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled(messages: 1100)) { (node: ServedNode) async throws in
            #expect(try await node.run("queue", "delete", "--all").failure?.exitCode == 64)
            #expect(try await node.run("queue", "delete", "--all", answers: ["n"]).failure?.exitCode == 1)
            #expect(node.gateway.state.withLock { $0.queue.count } == 1100)
            #expect(try await node.run("queue", "hold", "--all", answers: ["y"]).output == "hold: done to 1100 entries.\n")
            #expect(try await node.run("queue", "delete", "--all", "--yes", "--text", "sender1@").output == "delete: done to 1 entry.\n")
            #expect(try await node.run("queue", "delete", "--all", "-y").output == "delete: done to 1099 entries.\n")
            #expect(node.gateway.state.withLock { $0.queue.isEmpty })
        }
    }

    @Test func `the log is filtered and shown in full`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let refused = try await node.run(
                "log", "list", "--result", "refused", "--from", "2023-11-14", "--until", "2023-11-15T00:00:00Z")
            #expect(refused.output.contains("件名 3") && !refused.output.contains("件名 1"))
            #expect(try await node.run("log", "list", "--from", "1h").output.split(separator: "\n").count == 1)
            let wrong = try await node.run("log", "list", "--from", "2023-99-99")
            #expect(wrong.failure?.exitCode == 1)
            #expect(wrong.failure?.description.hasPrefix("from: ") == true)
            let shown = try await node.run("log", "show", "\(InMemoryGateway.message(1))")
            #expect(shown.output.contains("mail.example.com:25") && shown.output.contains("451 later"))
            let pages = try await node.run("log", "list", "--all", "--json")
            #expect(try JSONDecoder().decode(PageDocument<MessageDocument>.self, from: Data(pages.output.utf8)).items.count == 3)
        }
    }

    @Test func `the audit log tells what commands did`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            _ = try await node.run("domain", "delete", "example.com")
            let listed = try await node.run("audit", "list", "--text", "domain")
            #expect(listed.output.contains("command:uid=42") && listed.output.contains("domain.delete"))
        }
    }

    @Test func `the status is told in both languages`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let english = try await node.run("status").output
            #expect(english.contains("3 recipients, 3 due") && english.contains("Database") && english.contains("2023-11-14T22:13:20Z"))
            let japanese = try await node.run("status", language: .japanese).output
            #expect(japanese.contains("データベース") && japanese.contains("正常"))
            let json = try await node.run("status", "--json").output
            #expect(try JSONDecoder().decode(StatusDocument.self, from: Data(json.utf8)).nodeName == "mx1")
        }
    }

    @Test func `administrators are added with a password from a file or the terminal`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let path = try node.file("password", "correct horse battery\nignored\n")
            #expect(
                try await node.run("administrator", "add", "hanako", "--password-file", path, "--language", "ja").output
                    == "hanako was added.\n")
            let typed = ["another good one", "another good one"]
            #expect(try await node.run("administrator", "password", "hanako", answers: typed).failure == nil)
            let hash = try #require(node.gateway.state.withLock { $0.administrators.last?.password })
            #expect(try hash.matches("another good one"))
            #expect(try await node.run("administrator", "list").output.contains("hanako  global  ja"))
            #expect(try await node.run("administrator", "delete", "hanako").failure == nil)
            #expect(try await node.run("administrator", "delete", "root").failure?.exitCode == 1)
        }
    }

    @Test func `a password that cannot be had is refused before the node is asked`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            #expect(try await node.run("administrator", "password", "root").failure?.exitCode == 64)
            #expect(try await node.run("administrator", "password", "root", answers: ["one", "two"]).failure?.exitCode == 1)
            #expect(try await node.run("administrator", "password", "root", answers: []).failure?.exitCode == 1)
            let empty = try node.file("empty", "\nsecond\n")
            #expect(try await node.run("administrator", "password", "root", "--password-file", empty).failure?.exitCode == 64)
            let long = try node.file("long", String(repeating: "x", count: SmallTextFile.maximumSecretBytes + 1))
            #expect(try await node.run("administrator", "password", "root", "--password-file", long).failure?.exitCode == 64)
            #expect(node.gateway.auditedActions.isEmpty)
        }
    }

    @Test func `a lost database is exit status 75, and JSON stays JSON`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            node.gateway.change { $0.isUnavailable = true }
            #expect(try await node.run("domain", "list").failure?.exitCode == 75)
            let failure = try #require(try await node.run("domain", "list", "--json").failure)
            #expect(failure.exitCode == 75)
            #expect(try JSONDecoder().decode(ProblemDocument.self, from: Data(failure.description.utf8)).status == 503)
        }
    }
}
