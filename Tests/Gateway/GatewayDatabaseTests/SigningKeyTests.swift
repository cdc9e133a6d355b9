import DomainsAndUsers
import Firebird
import FirebirdTestKit
import Mail
import SenderAuthentication
import Settings
import Testing

@testable import GatewayDatabase

/// Signing keys are part of their domain.
@Suite struct SigningKeyTests {
    private static func audit(_ test: TestDatabase, _ action: String) -> AuditEntry {
        AuditEntry(actor: .localCommand(userID: 0), node: test.node, action: action, target: "example.com")
    }

    private static func key(_ selector: String, _ kind: DKIMSigningKey.Kind = .ed25519) throws -> DomainSigningKey {
        DomainSigningKey(
            identifier: .fresh(), selector: selector, key: try DKIMSigningKey(generating: kind), isActive: false,
            createdAt: UTCTime(milliseconds: 1_700_000_000_000))
    }

    @Test(arguments: TestPlace.allCases) func `keys are kept, one of each kind is active, and a deleted domain takes them along`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            let domains = test.database.domains
            let name = try DomainName("example.com")
            try await domains.insert(
                ProtectedDomain(identifier: .fresh(), name: name, mailServers: []), audit: Self.audit(test, "domain.add"))
            let keys = [try Self.key("a"), try Self.key("b"), try Self.key("c", .rsa)]
            for key in keys { try await domains.insertSigningKey(key, of: name, audit: Self.audit(test, "signing-key.create")) }
            #expect(try await domains.loadDomains().domain(name)?.signingKeys == keys)
            await #expect(throws: DirectoryError.alreadyExists("a")) {
                try await domains.insertSigningKey(try Self.key("a"), of: name, audit: Self.audit(test, "signing-key.create"))
            }
            for selector in ["a", "c", "b"] {
                try await domains.activateSigningKey(selector, of: name, audit: Self.audit(test, "signing-key.activate"))
            }
            let directory = try await domains.loadDomains()
            #expect(directory.domain(name)?.signingKeys.map(\.isActive) == [false, true, true])
            #expect(directory.revision == SettingsRevision(7))
            // A change of the domain leaves its keys alone.
            try await domains.update(
                ProtectedDomain(identifier: .fresh(), name: name, note: "x", mailServers: []), audit: Self.audit(test, "domain.change"))
            #expect(try await domains.loadDomains().domain(name)?.signingKeys.count == 3)
            try await domains.deleteSigningKey("b", of: name, audit: Self.audit(test, "signing-key.remove"))
            await #expect(throws: DirectoryError.notFound("b")) {
                try await domains.activateSigningKey("b", of: name, audit: Self.audit(test, "signing-key.activate"))
            }
            #expect(try await domains.loadDomains().domain(name)?.signingKeys.map(\.selector) == ["a", "c"])
            try await domains.delete(name, audit: Self.audit(test, "domain.delete"))
            #expect(try await test.number("select count(*) from signing_key") == 0)
        }
    }

    @Test func `a domain has a bound of keys, and a row that is no key is passed over`() async throws {
        try await TestDatabase.with { test in
            let domains = test.database.domains
            let name = try DomainName("example.com")
            try await domains.insert(
                ProtectedDomain(identifier: .fresh(), name: name, mailServers: []), audit: Self.audit(test, "domain.add"))
            for number in 0..<DomainSigningKey.maximumKeys {
                try await domains.insertSigningKey(try Self.key("k\(number)"), of: name, audit: Self.audit(test, "signing-key.create"))
            }
            await #expect(throws: DirectoryError.full(maximum: 10, present: 10)) {
                try await domains.insertSigningKey(try Self.key("more"), of: name, audit: Self.audit(test, "signing-key.create"))
            }
            try await test.execute("update signing_key set private_key = 'x' where selector = 'k3'")
            #expect(try await domains.loadDomains().domain(name)?.signingKeys.count == 9)
        }
    }
}
