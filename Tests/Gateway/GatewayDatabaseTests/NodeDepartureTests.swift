import Cluster
import Delivery
import Firebird
import FirebirdTestKit
import Settings
import Testing

@testable import GatewayDatabase

/// Nodes that are drained and removed.
@Suite struct NodeDepartureTests {
    private static func audit(_ test: TestDatabase, _ action: String = "node.drain") -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: action, target: "mx")
    }

    private static func node(_ test: TestDatabase, _ node: NodeID) async throws -> ClusterNode {
        try #require(try await test.database.nodes.nodes().first { $0.node == node })
    }

    private static func actions(_ test: TestDatabase) async throws -> [String] {
        try await test.database.sessions.requests.transaction(.readCommittedReadOnly) {
            try $0.query("select action from audit order by happened_at, id").map { try $0.decode(0) }
        }
    }

    @Test func `a node hears of its drain with its heartbeat, again after a restart, and of its end`() async throws {
        try await TestDatabase.with { test in
            let nodes = test.database.nodes
            try await test.withWriter { writer in
                let before = try await writer.beat(settingsRevision: .none)
                let isNew = try await nodes.setDrain(true, of: test.node, audit: Self.audit(test))
                let isNewAgain = try await nodes.setDrain(true, of: test.node, audit: Self.audit(test))
                let after = try await writer.beat(settingsRevision: .none, figures: NodeFigures(phase: .draining, smtpSessions: 4))
                #expect([before, isNew, isNewAgain, after] == [false, true, false, true])
                let figures = try await Self.node(test, test.node).figures
                #expect(figures?.smtpSessions == 4)
            }
            try await test.withWriter { writer in
                let figures = try await Self.node(test, test.node).figures
                #expect(figures == nil, "of an earlier start")
                let before = try await writer.beat(settingsRevision: .none)
                let isNew = try await nodes.setDrain(false, of: test.node, audit: Self.audit(test, "node.undrain"))
                let after = try await writer.beat(settingsRevision: .none)
                #expect([before, isNew, after] == [true, true, false])
            }
            let actions = try await Self.actions(test)
            #expect(actions == ["node.join", "node.drain", "node.stop", "node.start", "node.undrain", "node.stop"])
        }
    }

    @Test func `a designated node that is drained is not waited for`() async throws {
        try await TestDatabase.with { test in
            let role = test.database.primaryRole
            _ = try await test.database.nodes.beginIncarnation(of: test.node, name: "mx1", version: "1")
            try await role.designate(test.node, audit: Self.audit(test, "primary.designate"))
            #expect(try await role.primaryRecord().isDesignatedInService)
            _ = try await test.database.nodes.setDrain(true, of: test.node, audit: Self.audit(test))
            #expect(try await role.primaryRecord().isDesignatedInService == false)
        }
    }

    @Test(arguments: TestPlace.allCases) func `removing frees the mail, revokes the key and takes role and settings away`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            let nodes = test.database.nodes
            let gone = NodeID(.fresh())
            let key = RegistrationKey(
                identifier: .fresh(), note: "", createdAt: .now(), createdBy: "node",
                binding: RegistrationKey.Binding(node: gone, nodeName: "mx2", boundAt: .now()))
            _ = try await test.database.registrationKeys.firstKey(key, audit: Self.audit(test, "registration-key.issue"))
            try await test.withWriter(node: gone) { old in
                let messages = try (0..<3).map { _ in try Samples.submission(node: gone) }
                for message in messages { try await old.enqueue(message, deadline: .seconds(30)) }
                let taken = try #require(
                    try await test.database.primaryRole.take(
                        try await test.database.primaryRole.primaryRecord(), by: old.incarnation))
                try await test.database.primaryRole.designate(gone, audit: Self.audit(test, "primary.designate"))
                let change = SettingsChange(scope: .node(gone), section: "node", values: ["helo-name": "mx2.example.com"], basedOn: nil)
                _ = try await test.database.settings.save(change, audit: [Self.audit(test, "settings.change")])
                let held = try await nodes.heldRows()[gone]
                #expect(held == HeldRows(inHand: 3, left: 0))

                let removal = try await nodes.remove(
                    try await Self.node(test, gone), by: "administrator:alice", audit: Self.audit(test, "node.remove"))

                #expect(removal == NodeRemoval(freedRows: 3, settings: 1))
                let left = try await nodes.rowsLeft(by: gone)
                let names = try await nodes.removedNodes()
                let present = try await nodes.nodes()
                #expect(left == 0 && names == [gone: "test"] && present.isEmpty)
                let role = try await test.database.primaryRole.primaryRecord()
                #expect(role.holder == nil && role.designated == nil && role.epoch == taken)
                let keys = try await test.database.registrationKeys.registrationKeys()
                #expect(keys.map(\.state) == [.revoked])
                let values = try await test.database.settings.load().rows.compactMap(\.value)
                #expect(values.isEmpty)
                // What it still writes and claims is worth nothing.
                await #expect(throws: NodeRegistryError.declaredDead) { try await old.beat(settingsRevision: .none) }
                await #expect(throws: DeliveryQueueError.declaredDead) { try await old.claimDue(limit: 10) }
            }
            try await test.withWriter { claimer in
                let leases = try await claimer.claimDue(limit: 10)
                #expect(leases.count == 3)
            }
        }
    }

    @Test func `a removed node begins nothing, and it is known since when and by whom`() async throws {
        try await TestDatabase.with { test in
            let nodes = test.database.nodes
            _ = try await nodes.beginIncarnation(of: test.node, name: "mx1", version: "1")
            #expect(try await nodes.removal(of: test.node) == nil)
            _ = try await nodes.remove(
                try await Self.node(test, test.node), by: "administrator:alice", audit: Self.audit(test, "node.remove"))
            #expect(try await nodes.removal(of: test.node)?.by == "administrator:alice")
            do throws(NodeRegistryError) {
                _ = try await nodes.beginIncarnation(of: test.node, name: "mx1", version: "1")
                Issue.record("it has begun")
            } catch {
                guard case .removed(_, by: "administrator:alice") = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
    }

    @Test func `a node that began anew meanwhile is not removed`() async throws {
        try await TestDatabase.with { test in
            let nodes = test.database.nodes
            _ = try await nodes.beginIncarnation(of: test.node, name: "mx1", version: "1")
            let seen = try await Self.node(test, test.node)
            _ = try await nodes.beginIncarnation(of: test.node, name: "mx1", version: "1")
            await #expect(throws: NodeRegistryError.cameBack) {
                try await nodes.remove(seen, by: "x", audit: Self.audit(test, "node.remove"))
            }
            #expect(try await nodes.nodes().count == 1)
        }
    }
}
