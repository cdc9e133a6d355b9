import DomainsAndUsers
package import Settings

/// What going back to an earlier revision would change, and what of it cannot be. Pure: made from the difference, the settings as they
/// are, and what there still is.
package struct SettingsReturn: Sendable, Hashable {
    /// A setting that stays as it is, and why.
    package struct Obstacle: Sendable, Hashable {
        package let setting: SettingsDifference.Setting
        package let reason: LocalizedText
    }

    /// Leads from the present revision to the wanted one.
    package let difference: SettingsDifference
    package let returned: [SettingsDifference.Setting]
    package let obstacles: [Obstacle]

    /// Domains and nodes whose settings can be written.
    struct Owners: Sendable {
        let domains: Set<String>
        let nodes: Set<NodeID>
    }

    init(_ difference: SettingsDifference, present: [StoredSetting], owners: Owners) {
        self.difference = difference
        var returned: [SettingsDifference.Setting] = []
        var obstacles: [Obstacle] = []
        for group in Self.sections(difference.settings) {
            let (good, bad) = Self.judge(group, present: present, owners: owners)
            returned += good
            obstacles += bad
        }
        self.returned = returned
        self.obstacles = obstacles
    }

    /// What is to be written, a section at a time.
    var changes: [SettingsChange] {
        Self.sections(returned).compactMap { group in
            guard let first = group.first else { return nil }
            let values = Dictionary(group.map { ($0.name, $0.after) }, uniquingKeysWith: { first, _ in first })
            return SettingsChange(scope: first.scope, section: first.section, values: values, basedOn: nil)
        }
    }

    /// The settings in groups of one section of one owner, whose order they are in.
    private static func sections(_ settings: [SettingsDifference.Setting]) -> [[SettingsDifference.Setting]] {
        var groups: [[SettingsDifference.Setting]] = []
        for setting in settings {
            if let last = groups.last?.last, last.scope == setting.scope, last.section == setting.section {
                groups[groups.count - 1].append(setting)
            } else {
                groups.append([setting])
            }
        }
        return groups
    }

    /// A section is valid or not as a whole; a field it no longer has is left out.
    private static func judge(
        _ group: [SettingsDifference.Setting], present: [StoredSetting], owners: Owners
    ) -> (good: [SettingsDifference.Setting], bad: [Obstacle]) {
        guard let first = group.first else { return ([], []) }
        func all(_ reason: LocalizedText) -> ([SettingsDifference.Setting], [Obstacle]) {
            ([], group.map { Obstacle(setting: $0, reason: reason) })
        }
        if let reason = missingOwner(of: first.scope, owners) { return all(reason) }
        guard let section = GatewaySettings.section(first.section), section.scope == first.scope.kind else {
            return all(LocalizedText("This version has no such section.", ja: "このバージョンにはこのセクションがありません。"))
        }
        let known = group.filter { setting in section.fields.contains { $0.name == setting.name } }
        let unknown = group.filter { !known.contains($0) }.map {
            Obstacle(setting: $0, reason: LocalizedText("This version has no such setting.", ja: "このバージョンにはこの設定がありません。"))
        }
        var texts: [String: String] = [:]
        for row in present where row.scope == first.scope && row.section == first.section { texts[row.name] = row.value }
        for setting in known { texts[setting.name] = setting.after }
        if first.scope.kind == .node, !known.isEmpty, texts.isEmpty { return all(nodeWasNotThere) }
        guard let problem = section.check(texts).first else { return (known, unknown) }
        let refused = LocalizedText(
            "The section would be refused now: \(problem.message.english)", ja: "現在の条件では受け付けられません: \(problem.message.japanese)")
        return ([], known.map { Obstacle(setting: $0, reason: refused) } + unknown)
    }

    /// A node has settings from its making on: without any it was not there yet, and would stop to listen now.
    private static let nodeWasNotThere = LocalizedText(
        "The node had no settings of its own yet; it keeps those it has.", ja: "その時点ではノードの設定がありません。現在の設定のままにします。")

    private static func missingOwner(of scope: SettingsScope, _ owners: Owners) -> LocalizedText? {
        switch scope {
        case .cluster: nil
        case .domain(let name):
            owners.domains.contains(name)
                ? nil : LocalizedText("The domain \(name) is no longer there.", ja: "ドメイン \(name) は現在登録されていません。")
        case .node(let node):
            owners.nodes.contains(node) ? nil : LocalizedText("The node is no longer there.", ja: "ノードは現在登録されていません。")
        }
    }
}
