import Foundation
import GatewayTestKit
import Settings
import Synchronization
import Testing

@testable import SecurityGateway

struct SettingsCommandTests {
    @Test func `settings are set, got, shown and reset`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let set = try await node.run(
                "settings", "set", "delivery.first-hour-retry", "7", "relay.trusted-networks", "192.0.2.0/24,10.0.0.0/8",
                "delivery.later-retry", "300")
            #expect(set.output == "delivery saved, revision 2.\nrelay saved, revision 3.\n")
            #expect(try await node.run("settings", "get", "delivery.first-hour-retry").output == "7\n")
            #expect(try await node.run("settings", "get", "relay.trusted-networks").output == "192.0.2.0/24,10.0.0.0/8\n")
            let shown = try await node.run("settings", "show", "delivery")
            #expect(shown.output.contains("delivery.first-hour-retry = 7 minutes"))
            #expect(shown.output.contains("default: 5 minutes"))
            let all = try await node.run("settings", "show", language: .japanese)
            #expect(all.output.contains("delivery.later-retry") && all.output.contains("以後の再試行間隔"))
            #expect(!all.output.contains("domain.recipients"))
            #expect(try await node.run("settings", "reset", "delivery.first-hour-retry").failure == nil)
            #expect(try await node.run("settings", "get", "delivery.first-hour-retry").output == "5\n")
        }
    }

    @Test func `a domain's settings need its name`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            #expect(try await node.run("settings", "set", "domain.recipients", "listed", "--domain", "example.com").failure == nil)
            #expect(try await node.run("settings", "get", "domain.recipients", "--domain", "example.com").output == "listed\n")
            let without = try await node.run("settings", "get", "domain.recipients")
            #expect(without.failure?.exitCode == 1)
            #expect(without.failure?.description.hasPrefix("domain: ") == true)
        }
    }

    @Test func `a refused value is told at its field, in the person's language`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            let english = try await node.run("settings", "set", "delivery.first-hour-retry", "0", "delivery.later-retry", "x")
            #expect(english.failure?.description.contains("first-hour-retry: a whole number from 1 to 60 is expected") == true)
            #expect(english.failure?.description.contains("later-retry: ") == true)
            let japanese = try await node.run("settings", "set", "delivery.first-hour-retry", "0", language: .japanese)
            #expect(japanese.failure?.description.contains("整数を入力してください") == true)
            #expect(node.gateway.state.withLock { $0.rows.isEmpty })
        }
    }

    @Test func `a late change with a revision tells both versions and changes nothing`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            _ = try await node.run("settings", "set", "delivery.first-hour-retry", "7")
            let late = try await node.run("settings", "set", "delivery.first-hour-retry", "9", "--revision", "1")
            #expect(late.failure?.exitCode == 1)
            #expect(late.failure?.description.contains("first-hour-retry: yours “9”, theirs “7”") == true)
            #expect(late.failure?.description.contains("--revision 2") == true)
            #expect(try await node.run("settings", "get", "delivery.first-hour-retry").output == "7\n")
        }
    }

    @Test func `the history is shown, compared and returned in`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            for value in ["7", "8"] { _ = try await node.run("settings", "set", "delivery.first-hour-retry", value) }
            let history = try await node.run("settings", "history", "--section", "delivery")
            #expect(history.output.contains("delivery.first-hour-retry") && history.output.contains("7 → 8"))
            #expect(try await node.run("settings", "difference", "1").output.contains("(default) → 8"))
            let plan = try await node.run("settings", "return", "2", "--check")
            #expect(plan.output.contains("8 → 7") && plan.output.hasSuffix("Nothing was written.\n"))
            #expect(try await node.run("settings", "get", "delivery.first-hour-retry").output == "8\n")
            #expect(try await node.run("settings", "return", "2").output.hasSuffix("Put back, revision 4.\n"))
            #expect(try await node.run("settings", "get", "delivery.first-hour-retry").output == "7\n")
        }
    }

    @Test func `an export is written for its owner only, and imported elsewhere after a check`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sg-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "settings.json").path
        try await ServedNode.serve(try InMemoryGateway.filled()) { node in
            _ = try await node.run("settings", "set", "delivery.first-hour-retry", "7")
            #expect(try await node.run("settings", "export", file).failure == nil)
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try await node.run("settings", "export", file).failure != nil, "an export overwrites nothing")
        }
        try await ServedNode.serve(InMemoryGateway()) { node in
            let plan = try await node.run("settings", "import", file, "--check")
            #expect(plan.output.contains("delivery.first-hour-retry") && plan.output.hasSuffix("Nothing was written.\n"))
            #expect(try await node.run("settings", "get", "delivery.first-hour-retry").output == "5\n")
            #expect(try await node.run("settings", "import", file).output.hasSuffix("Imported, revision 2.\n"))
            #expect(try await node.run("settings", "get", "delivery.first-hour-retry").output == "7\n")
            #expect(try await node.run("settings", "import", file).output == "The file changes nothing.\n")
        }
        try FileManager.default.removeItem(at: folder)
    }
}
