import Settings
import Testing

struct SettingsDifferenceTests {
    private static func entry(_ revision: Int64, _ name: String, _ before: String?, _ after: String?) -> SettingsHistoryEntry {
        SettingsHistoryEntry(
            identifier: RecordIdentifier(milliseconds: revision), revision: SettingsRevision(revision), time: .now(), actor: "node",
            node: NodeID(RecordIdentifier(high: 1, low: 1)), subject: .setting(.cluster, section: "dns", name: name), before: before,
            after: after)
    }

    @Test func `a setting changed several times is told once, from its first value to its last`() {
        let difference = SettingsDifference(
            from: SettingsRevision(0), to: SettingsRevision(3),
            changes: [Self.entry(1, "a", nil, "1"), Self.entry(2, "a", "1", "2"), Self.entry(3, "b", "x", nil)])
        #expect(difference.settings.map(\.name) == ["a", "b"])
        #expect(difference.settings.map(\.before) == [nil, "x"] && difference.settings.map(\.after) == ["2", nil])
    }

    @Test func `a setting changed and changed back does not differ`() {
        let difference = SettingsDifference(
            from: SettingsRevision(0), to: SettingsRevision(2), changes: [Self.entry(1, "a", "1", "2"), Self.entry(2, "a", "2", "1")])
        #expect(difference.settings.isEmpty)
    }

    @Test func `towards an earlier revision the difference leads back`() {
        let difference = SettingsDifference(
            from: SettingsRevision(2), to: SettingsRevision(0), changes: [Self.entry(1, "a", nil, "1"), Self.entry(2, "a", "1", "2")])
        #expect(difference.settings.map(\.before) == ["2"] && difference.settings.map(\.after) == [nil])
    }
}
