import Administration
import Cluster
import Settings

/// How settings and their values are named on the pages of the history.
struct SettingsChangeWords: Sendable {
    let language: Language
    private let nodeNames: [NodeID: String]

    init(_ inForce: SettingsInForce, _ language: Language) {
        self.language = language
        nodeNames = Dictionary(inForce.nodes.map { ($0.node.node, $0.node.name) }, uniquingKeysWith: { first, _ in first })
    }

    /// A node that is gone is named by its identifier.
    func node(_ node: NodeID) -> String { nodeNames[node] ?? node.description }

    func subject(_ subject: SettingsHistoryEntry.Subject) -> SettingsSubjectView {
        switch subject {
        case .directory(let action, let target):
            SettingsSubjectView(title: target, code: action, owner: AuditWords.action(action, language))
        case .setting(let scope, let section, let name): self.setting(scope, section, name)
        }
    }

    func setting(_ scope: SettingsScope, _ section: String, _ name: String) -> SettingsSubjectView {
        let title = GatewaySettings.section(section)?.fields.first { $0.name == name }?.title[language]
        return SettingsSubjectView(title: title ?? name, code: "\(section).\(name)", owner: owner(scope))
    }

    /// What a domain, user or list was is told in the reader's language; a setting's value stands as it is entered.
    func value(_ text: String?, of subject: SettingsHistoryEntry.Subject) -> String {
        switch subject {
        case .directory(let action, _): value(text.map { AuditWords.detail($0, of: action, language) }, isSetting: false)
        case .setting: value(text, isSetting: true)
        }
    }

    /// - Parameter isSetting: a setting without a value has its default.
    func value(_ text: String?, isSetting: Bool) -> String {
        guard let text else { return (isSetting ? SettingsHistoryText.defaultValue : .nothing)[language] }
        return text.isEmpty ? SettingsText.emptyValue[language] : text.replacing(",", with: ", ")
    }

    private func owner(_ scope: SettingsScope) -> String? {
        switch scope {
        case .cluster: nil
        case .domain(let name): name
        case .node(let node): self.node(node)
        }
    }
}

/// What was changed.
struct SettingsSubjectView: Sendable {
    let title: String
    let code: String
    /// A domain's or node's name; of a domain, user or list what was done to it.
    let owner: String?
}
