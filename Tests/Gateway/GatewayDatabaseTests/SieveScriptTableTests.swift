import DomainsAndUsers
import Filtering
import FirebirdTestKit
import Mail
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct SieveScriptTableTests {
    private func script(_ owner: SieveOwner, _ text: String, name: String = "rules") -> SieveScript {
        SieveScript(owner: owner, name: name, isActive: true, text: text, changedAt: UTCTime(milliseconds: 5))
    }

    private func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: "sieve-script.add", target: "x")
    }

    private func addDomain(_ name: String, _ test: TestDatabase) async throws -> DomainName {
        let domain = try DomainName(name)
        try await test.database.domains.insert(
            ProtectedDomain(identifier: RecordIdentifier(milliseconds: 1), name: domain, mailServers: []), audit: audit(test))
        return domain
    }

    @Test func `scripts come back whole, changed ones alone are loaded, and those of a removed domain go`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.sieveScripts
            let domain = try await addDomain("example.com", test)
            let long = script(.domain(domain), "# " + String(repeating: "日本語", count: 7_000) + "\nkeep;\n", name: "第一")
            #expect(try await table.loadSieveScripts(changedSince: .none) == nil)
            try await table.put(script(.cluster, "keep;"), audit: audit(test))
            let first = try #require(try await table.loadSieveScripts(changedSince: .none))
            #expect(first.changed == [script(.cluster, "keep;")] && first.present == [.cluster])
            try await table.put(long, audit: audit(test))
            try await table.put(script(.user("you@example.com"), ""), audit: audit(test))
            let second = try #require(try await table.loadSieveScripts(changedSince: first.revision))
            #expect(Set(second.changed) == [long, script(.user("you@example.com"), "")] && second.present.count == 3)
            #expect(try await table.loadSieveScripts(changedSince: second.revision) == nil)
            #expect(try await table.sieveScript(of: .domain(domain)) == long)
            try await table.put(script(.domain(domain), "stop;"), audit: audit(test))
            #expect(try await table.sieveScript(of: .domain(domain))?.text == "stop;")
            let listed = try await table.sieveScripts(after: nil, limit: 10).map(\.owner)
            #expect(listed == [.cluster, .domain(domain), .user("you@example.com")])
            #expect(try await table.sieveScripts(after: .cluster, limit: 1).map(\.owner) == [.domain(domain)])
            try await test.database.domains.delete(domain, audit: audit(test))
            #expect(try await table.sieveScripts(after: nil, limit: 10).map(\.owner) == [.cluster])
            let last = try #require(try await table.loadSieveScripts(changedSince: second.revision))
            #expect(last.changed.isEmpty && last.present == [.cluster])
            try await table.deleteSieveScript(of: .cluster, audit: audit(test))
            await #expect(throws: DirectoryError.notFound("cluster")) {
                try await table.deleteSieveScript(of: .cluster, audit: audit(test))
            }
        }
    }

    @Test func `others' domains have no scripts, and all together have a limit`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.sieveScripts
            await #expect(throws: DirectoryError.notFound("example.net")) {
                try await table.put(script(.domain(try DomainName("example.net")), "keep;"), audit: audit(test))
            }
            _ = try await addDomain("example.com", test)
            let text = String(repeating: "#", count: 64 << 10)
            for index in 0..<128 { try await table.put(script(.user("u\(index)@example.com"), text), audit: audit(test)) }
            let maximum = SieveScriptTable.maximumScriptBytes
            await #expect(throws: DirectoryError.full(maximum: maximum, present: maximum)) {
                try await table.put(script(.cluster, "keep;"), audit: audit(test))
            }
        }
    }
}
