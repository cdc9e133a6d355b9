import Administration
import DomainsAndUsers
import Filtering
import FirebirdTestKit
import Mail
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct ConfigurationTableTests {
    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: "settings.import", target: "configuration")
    }

    private static func user(_ address: String, _ aliases: [String], identifier: RecordIdentifier = .fresh()) throws -> User {
        User(
            identifier: identifier, address: try EmailAddress(address), displayName: "", isEnabled: true, hasPassword: false,
            aliases: try aliases.map { try EmailAddress($0) }, createdAt: UTCTime(milliseconds: 1_000))
    }

    private static func sample() throws -> ConfigurationChange {
        var change = ConfigurationChange()
        let name = try DomainName("example.com")
        change.settings = [
            SettingsChange(scope: .cluster, section: "dns", values: ["servers": "192.0.2.1"], basedOn: nil),
            SettingsChange(scope: .domain(name.ascii), section: "domain", values: ["recipients": "listed"], basedOn: nil),
        ]
        let server = MailServer(endpoint: HostAndPort(host: "mx.example.com", port: 25))
        change.newDomains = [ProtectedDomain(identifier: .fresh(), name: name, mailServers: [server])]
        change.newRecipients = [try EmailAddress("list@example.com")]
        let verifier = try SCRAMVerifier.compute("a long enough password", iterations: 4096)
        change.newAccounts = [
            .init(user: try user("a@example.com", ["x@example.com"]), verifier: verifier),
            .init(user: try user("b@example.com", ["y@example.com"]), verifier: nil),
        ]
        change.newEntries = [
            AccessListEntry(identifier: .fresh(), list: .allow, kind: .host, value: "good.example", domain: nil, note: "n")
        ]
        return change
    }

    @Test(arguments: TestPlace.allCases) func `an import is one revision, and is read back whole`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            let table = test.database.configurationTable
            var change = try Self.sample()
            change.history = [
                AuditEntry(actor: .node, node: test.node, action: "domain.add", target: "example.com", after: "mx.example.com")
            ]
            let revision = try await table.apply(change, ifRevisionIs: .none, audit: Self.audit(test))
            #expect(revision == SettingsRevision(1))
            let read = try await table.loadConfiguration(limit: 10)
            #expect(read.revision == revision && read.settings.count == 2)
            #expect(read.domains.map(\.name.ascii) == ["example.com"] && read.recipients.count == 1)
            #expect(read.accounts.map(\.user.address.localPart) == ["a", "b"])
            #expect(read.accounts.map(\.verifier) == change.newAccounts.map(\.verifier))
            #expect(read.accounts.map(\.user.aliases.first?.localPart) == ["x", "y"])
            #expect(read.accessList == change.newEntries)
            let history = try await test.database.settings.settingsHistory(.init(), before: nil, limit: 10)
            #expect(history.count == 3 && history.allSatisfy { $0.revision == revision })
            #expect(try await test.database.accessLists.loadAccessLists(ifNewerThan: .none)?.revision == revision)
        }
    }

    @Test func `two users can exchange their aliases`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.configurationTable
            let first = try Self.sample()
            let revision = try await table.apply(first, ifRevisionIs: .none, audit: Self.audit(test))
            var second = ConfigurationChange()
            second.changedAccounts = [
                .init(
                    user: try Self.user("a@example.com", ["y@example.com"], identifier: first.newAccounts[0].user.identifier), verifier: nil
                ),
                .init(
                    user: try Self.user("b@example.com", ["x@example.com"], identifier: first.newAccounts[1].user.identifier), verifier: nil
                ),
            ]
            _ = try await table.apply(second, ifRevisionIs: revision, audit: Self.audit(test))
            let read = try await table.loadConfiguration(limit: 10)
            #expect(read.accounts.map(\.user.aliases.first?.localPart) == ["y", "x"])
            // Without a new one the old stays.
            #expect(read.accounts.map(\.verifier) == first.newAccounts.map(\.verifier))
        }
    }

    @Test func `an import over newer changes, and one that fails at its end, write nothing`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.configurationTable
            let change = SettingsChange(scope: .cluster, section: "dns", values: ["servers": "1"], basedOn: nil)
            let newer = try await test.database.settings.save(change, audit: [])
            await #expect(throws: SettingsError.revisionConflict(current: newer)) {
                _ = try await table.apply(try Self.sample(), ifRevisionIs: .none, audit: Self.audit(test))
            }
            var broken = try Self.sample()
            broken.newAccounts.append(.init(user: try Self.user("x@example.com", []), verifier: nil))
            await #expect(throws: SettingsError.self) {
                _ = try await table.apply(broken, ifRevisionIs: newer, audit: Self.audit(test))
            }
            let read = try await table.loadConfiguration(limit: 10)
            #expect(read.revision == newer && read.domains.isEmpty && read.accounts.isEmpty && read.settings.count == 1)
        }
    }
}
