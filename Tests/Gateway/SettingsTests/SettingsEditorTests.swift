import GatewayTestKit
import Settings
import Synchronization
import Testing

@Suite struct SettingsEditorTests {
    private let node = NodeID(RecordIdentifier(milliseconds: 1))
    private let store = InMemoryGateway(revision: .none)
    private let actor = AuditActor.administrator(name: "alice")

    private func editor() -> SettingsEditor {
        SettingsEditor(store: store, current: CurrentSettings(SettingsSnapshot(revision: .none, settings: GatewaySettings())), node: node)
    }

    private func change(_ values: [String: String?], basedOn revision: Int64? = nil) -> SettingsChange {
        SettingsChange(scope: .cluster, section: "reception", values: values, basedOn: revision.map(SettingsRevision.init))
    }

    @Test func `a saved value is read back with its revision and audited with the value before`() async throws {
        let revision = try await editor().save(change(["maximum-sessions": "50"]), by: actor)
        #expect(revision == SettingsRevision(1))
        let (texts, loaded) = try await editor().texts(of: "reception", scope: .cluster)
        #expect(texts["maximum-sessions"] == "50")
        #expect(loaded == revision)
        #expect(store.state.withLock(\.audit).map(\.detail) == ["(default) → 50"])
        #expect(store.state.withLock(\.audit).map(\.target) == ["cluster reception.maximum-sessions"])
    }

    @Test func `a value put back to its default leaves a tombstone`() async throws {
        _ = try await editor().save(change(["maximum-sessions": "50"]), by: actor)
        _ = try await editor().save(change(["maximum-sessions": nil]), by: actor)
        let rows = try await store.load().rows
        #expect(rows.map(\.value) == [nil])
        #expect(rows.map(\.revision) == [SettingsRevision(2)])
    }

    @Test func `an unchanged section is not written`() async throws {
        _ = try await editor().save(change(["maximum-sessions": "50"]), by: actor)
        let again = try await editor().save(change(["maximum-sessions": "50"]), by: actor)
        #expect(again == SettingsRevision(1))
    }

    @Test func `the slower of two forms gets a conflict and changes nothing`() async throws {
        _ = try await editor().save(change(["maximum-sessions": "50"], basedOn: 0), by: actor)
        await #expect(throws: SettingsError.revisionConflict(current: SettingsRevision(1))) {
            _ = try await editor().save(change(["maximum-sessions": "60"], basedOn: 0), by: actor)
        }
        #expect(try await editor().texts(of: "reception", scope: .cluster).texts["maximum-sessions"] == "50")
    }

    @Test func `a section is judged as a whole`() async throws {
        let contradiction = SettingsChange(
            scope: .cluster, section: "delivery", values: ["expire-after": "10", "delay-notice-after": "20"], basedOn: nil)
        await #expect(throws: SettingsError.self) { _ = try await editor().save(contradiction, by: actor) }
        #expect(try await store.load().rows.isEmpty)
    }

    @Test(arguments: [("no-such-section", SettingsScope.cluster), ("reception", .domain("example.com")), ("domain", .cluster)])
    func `a section of another scope is refused`(section: String, scope: SettingsScope) async throws {
        await #expect(throws: SettingsError.self) {
            _ = try await editor().save(SettingsChange(scope: scope, section: section, values: [:], basedOn: nil), by: actor)
        }
    }

    @Test func `only a newer snapshot is adopted, and subscribers hear of it`() async throws {
        let current = CurrentSettings(SettingsSnapshot(revision: SettingsRevision(5), settings: GatewaySettings()))
        var updates = current.updates().makeAsyncIterator()
        #expect(await updates.next()?.revision == SettingsRevision(5))
        #expect(!current.adopt(SettingsSnapshot(revision: SettingsRevision(4), settings: GatewaySettings())))
        #expect(current.adopt(SettingsSnapshot(revision: SettingsRevision(6), settings: GatewaySettings())))
        #expect(await updates.next()?.revision == SettingsRevision(6))
    }
}
