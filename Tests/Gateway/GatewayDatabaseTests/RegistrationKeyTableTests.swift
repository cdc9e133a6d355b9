import Cluster
import Firebird
import FirebirdTestKit
import Settings
import Testing

@testable import GatewayDatabase

/// Registration keys in the database.
@Suite struct RegistrationKeyTableTests {
    private static func key(bound binding: RegistrationKey.Binding? = nil, at milliseconds: Int64 = 1_000) -> RegistrationKey {
        RegistrationKey(
            identifier: .fresh(), note: "第二ノード", createdAt: UTCTime(milliseconds: milliseconds), createdBy: "administrator:a",
            binding: binding)
    }

    private static func binding(_ name: String, _ node: NodeID = NodeID(.fresh())) -> RegistrationKey.Binding {
        RegistrationKey.Binding(node: node, nodeName: name, boundAt: UTCTime(milliseconds: 2_000))
    }

    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .administrator(name: "a"), node: test.node, action: "registration-key.x", target: "x")
    }

    @Test(arguments: TestPlace.allCases) func `a key serves the first node that uses it, and names it to any other`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            let store = test.database.registrationKeys
            let key = Self.key()
            try await store.insert(key, audit: Self.audit(test))
            let first = Self.binding("mx1")
            try await store.bind(key.identifier, to: first, audit: Self.audit(test))
            try await store.bind(key.identifier, to: first, audit: Self.audit(test))
            await #expect(throws: RegistrationKeyError.heldBy(nodeName: "mx1")) {
                try await store.bind(key.identifier, to: Self.binding("mx2"), audit: Self.audit(test))
            }
            let listed = try #require(try await store.registrationKeys().first)
            #expect(listed.binding == first && listed.state == .bound && listed.note == "第二ノード")
            await #expect(throws: RegistrationKeyError.unknown) {
                try await store.bind(.fresh(), to: first, audit: Self.audit(test))
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `of many nodes at the same moment one gets the key`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            let store = test.database.registrationKeys
            let key = Self.key()
            try await store.insert(key, audit: Self.audit(test))
            let audit = Self.audit(test)
            let winners = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        do throws(RegistrationKeyError) {
                            let entry = AuditEntry(actor: .node, node: audit.node, action: "registration-key.bind", target: "x")
                            try await store.bind(key.identifier, to: Self.binding("mx\(number)"), audit: entry)
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
        }
    }

    @Test func `a revoked key is refused and its node's incarnation is over`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.registrationKeys
            let key = Self.key()
            let binding = Self.binding("mx1", test.node)
            try await store.insert(key, audit: Self.audit(test))
            try await store.bind(key.identifier, to: binding, audit: Self.audit(test))
            try await test.withWriter { writer in
                try await writer.beat(settingsRevision: .none)
                try await store.revokeRegistrationKey(key.identifier, at: UTCTime(milliseconds: 3_000), audit: Self.audit(test))
                await #expect(throws: NodeRegistryError.declaredDead) { try await writer.beat(settingsRevision: .none) }
            }
            await #expect(throws: RegistrationKeyError.revoked) {
                try await store.bind(key.identifier, to: binding, audit: Self.audit(test))
            }
            await #expect(throws: RegistrationKeyError.revoked) {
                try await store.firstKey(Self.key(bound: binding), audit: Self.audit(test))
            }
            await #expect(throws: RegistrationKeyError.unknown) {
                try await store.revokeRegistrationKey(key.identifier, at: UTCTime(milliseconds: 4_000), audit: Self.audit(test))
            }
        }
    }

    @Test func `only a cluster's first node is given a key, and always the same`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.registrationKeys
            let first = Self.key(bound: Self.binding("mx1", test.node))
            let given = try await store.firstKey(first, audit: Self.audit(test))
            #expect(given == first.identifier)
            let again = Self.key(bound: Self.binding("mx1", test.node))
            let givenAgain = try await store.firstKey(again, audit: Self.audit(test))
            #expect(givenAgain == first.identifier)
            await #expect(throws: RegistrationKeyError.heldBy(nodeName: "mx1")) {
                try await store.firstKey(Self.key(bound: Self.binding("mx2")), audit: Self.audit(test))
            }
        }
    }

    @Test func `a node that was here before there were keys is given one`() async throws {
        try await TestDatabase.with { test in
            let old = NodeID(.fresh())
            _ = try await test.database.nodes.beginIncarnation(of: test.node, name: "mx1", version: "1")
            _ = try await test.database.nodes.beginIncarnation(of: old, name: "mx2", version: "1")
            for (node, name) in [(test.node, "mx1"), (old, "mx2")] {
                let key = Self.key(bound: Self.binding(name, node))
                let given = try await test.database.registrationKeys.firstKey(key, audit: Self.audit(test))
                #expect(given == key.identifier)
            }
        }
    }

    @Test func `the cluster's identity is made once`() async throws {
        try await TestDatabase.with { test in
            let store = test.database.registrationKeys
            let identities = try await withThrowingTaskGroup(of: ClusterIdentity.self) { group in
                for _ in 0..<4 { group.addTask { try await store.clusterIdentity() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(identities.map(\.signingKey)).count == 1 && Set(identities.map(\.cluster)).count == 1)
        }
    }

    @Test func `keys are bounded in number`() async throws {
        try await TestDatabase.with { test in
            var bounded = test.database.registrationKeys
            bounded.maximumKeys = 1
            let store = bounded
            try await store.insert(Self.key(), audit: Self.audit(test))
            await #expect(throws: RegistrationKeyError.tooMany) { try await store.insert(Self.key(), audit: Self.audit(test)) }
        }
    }
}
