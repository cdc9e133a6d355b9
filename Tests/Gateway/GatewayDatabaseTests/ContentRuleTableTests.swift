import DomainsAndUsers
import Filtering
import FirebirdTestKit
import Mail
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct ContentRuleTableTests {
    private func rule(_ position: Int, _ name: String, domain: String? = nil) throws -> ContentRule {
        ContentRule(
            identifier: RecordIdentifier(milliseconds: Int64(position)), position: position, name: name,
            domain: try domain.map { try DomainName($0) }, isEnabled: position != 2, stops: position == 1, needsAny: position == 2,
            conditions: [try ContentCondition("header:Subject contains 請求書"), try ContentCondition("not attachment exists")],
            actions: [try ContentAction("score 3.0"), try ContentAction("header X-A: b")])
    }

    private func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: "content-rule.add", target: "x")
    }

    @Test func `rules come back as they were written, in their order, and are loaded only when they changed`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.contentRules
            let rules = [try rule(1, "first"), try rule(2, "第二", domain: "example.com")]
            #expect(try await table.loadContentRules(ifNewerThan: .none) == nil)
            try await table.insert(rules.reversed(), audit: audit(test))
            #expect(try await table.contentRules() == rules)
            let loaded = try #require(try await table.loadContentRules(ifNewerThan: .none))
            #expect(try await table.loadContentRules(ifNewerThan: loaded.revision) == nil)
            var changed = rules[0]
            changed.position = 3
            try await table.place([changed], audit: audit(test))
            #expect(try await table.contentRules().map(\.name) == ["第二", "first"])
            changed.isEnabled = false
            try await table.update(changed, audit: audit(test))
            #expect(try await table.contentRules().last == changed)
            try await table.deleteContentRule(changed.identifier, audit: audit(test))
            #expect(try await table.contentRules().map(\.name) == ["第二"])
            await #expect(throws: DirectoryError.notFound(changed.identifier.description)) {
                try await table.update(changed, audit: audit(test))
            }
        }
    }

    @Test func `moving a rule and changing it at the same time lose nothing of each other`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.contentRules
            let before = try rule(1, "before")
            try await table.insert([before], audit: audit(test))
            var renamed = before
            renamed.name = "renamed"
            var moved = before
            moved.position = 9
            try await table.update(renamed, audit: audit(test))
            try await table.place([moved], audit: audit(test))
            let now = try #require(try await table.contentRules().first)
            #expect(now.name == "renamed" && now.position == 9)
            try await table.update(renamed, audit: audit(test))
            #expect(try await table.contentRules().first?.position == 9)
        }
    }

    @Test func `no more rules than may be`() async throws {
        try await TestDatabase.with { test in
            let maximum = ContentRuleTable.maximumRules
            try await test.database.contentRules.insert(try (1...maximum).map { try rule($0, "r") }, audit: audit(test))
            let one = try rule(maximum + 1, "r")
            await #expect(throws: DirectoryError.full(maximum: maximum, present: maximum)) {
                try await test.database.contentRules.insert([one], audit: audit(test))
            }
        }
    }
}
