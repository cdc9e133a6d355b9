import DomainsAndUsers
import Firebird
import FirebirdTestKit
import Settings
import Testing

@testable import GatewayDatabase

/// Keys of the API in the database.
@Suite struct APIKeyTableTests {
    private static let hash = [UInt8](repeating: 7, count: 32)

    private static func key(_ name: String, at milliseconds: Int64 = 1_000) -> APIKey {
        APIKey(
            identifier: .fresh(), name: name, access: .read, createdAt: UTCTime(milliseconds: milliseconds), createdBy: "administrator:a",
            expiresAt: UTCTime(milliseconds: 9_000))
    }

    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .administrator(name: "a"), node: test.node, action: "api-key.x", target: "x")
    }

    @Test(arguments: TestPlace.allCases) func `a key is kept, used, revoked once and stays in the list`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            let store = test.database.apiKeys
            let key = Self.key("監視")
            try await store.insert(key, secretHash: Self.hash, audit: Self.audit(test))
            let found = try #require(try await store.apiKey(key.identifier))
            #expect(found.key == key && found.secretHash == Self.hash)
            try await store.touchAPIKey(key.identifier, at: UTCTime(milliseconds: 5_000))
            try await store.touchAPIKey(key.identifier, at: UTCTime(milliseconds: 4_000))
            try await store.revokeAPIKey(key.identifier, at: UTCTime(milliseconds: 6_000), audit: Self.audit(test))
            await #expect(throws: DirectoryError.notFound(key.identifier.description)) {
                try await store.revokeAPIKey(key.identifier, at: UTCTime(milliseconds: 7_000), audit: Self.audit(test))
            }
            let listed = try #require(try await store.apiKeys().first)
            #expect(listed.lastUsedAt?.milliseconds == 5_000 && listed.revokedAt?.milliseconds == 6_000)
            #expect(try await store.apiKey(.fresh()) == nil)
            #expect(try await test.number("select count(*) from audit") == 2)
        }
    }

    @Test func `keys are listed newest first and bounded in number`() async throws {
        try await TestDatabase.with { test in
            var bounded = test.database.apiKeys
            bounded.maximumKeys = 5
            let store = bounded
            for number in 0..<5 {
                try await store.insert(Self.key("\(number)", at: Int64(number)), secretHash: Self.hash, audit: Self.audit(test))
            }
            #expect(try await store.apiKeys().first?.name == "4")
            await #expect(throws: DirectoryError.alreadyExists("one more")) {
                try await store.insert(Self.key("one more"), secretHash: Self.hash, audit: Self.audit(test))
            }
        }
    }
}
