import Settings

/// The settings pages.
enum SettingsText: String, CaseIterable, PageText {
    case title
    case lead
    case shared
    case node
    case nodeLead
    case defaultValue
    case emptyValue
    case reset
    case range
    case perLine
    case changed
    case conflict
    case yourEntry
    case revision
    case takeYours
    case savedBy
    case otherNode
    case nodeTitle
    case nodeChoice
    case thisNode
    case listenersLater

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Settings", ja: "設定")
        case .lead:
            LocalizedText(
                "Changes take effect on every node within seconds, for new sessions and new attempts.",
                ja: "変更は数秒以内にすべてのノードへ反映され、新しいセッションと配送から適用されます。")
        case .shared: LocalizedText("All nodes", ja: "全ノード共通")
        case .node: LocalizedText("Each node", ja: "ノードごと")
        case .nodeLead: LocalizedText("These settings are valid on this node only.", ja: "この設定はこのノードにのみ適用されます。")
        case .defaultValue: LocalizedText("Default: {}", ja: "既定値: {}")
        case .emptyValue: LocalizedText("(empty)", ja: "（空）")
        case .reset: LocalizedText("Back to the default: {}", ja: "既定値に戻す: {}")
        case .range: LocalizedText("{} to {}", ja: "{}～{}")
        case .perLine: LocalizedText("One a line, at most {}.", ja: "1 行に 1 件、{} 件まで入力できます。")
        case .changed: LocalizedText("Changed", ja: "変更済み")
        case .conflict: LocalizedText("Someone else changed these settings", ja: "ほかの管理者が設定を変更しました")
        case .yourEntry: LocalizedText("You had entered: {}", ja: "入力していた値: {}")
        case .takeYours: LocalizedText("Save my value instead", ja: "自分の値を保存する")
        case .savedBy: LocalizedText("Saved by {0} at {1}.", ja: "{1} に{0}が保存しました。")
        case .otherNode: LocalizedText("These settings are valid on the node {} only.", ja: "この設定はノード {} にのみ適用されます。")
        case .nodeTitle: LocalizedText("Node {}", ja: "ノード {}")
        case .nodeChoice: LocalizedText("Settings of the node", ja: "対象のノード")
        case .thisNode: LocalizedText("{} (this node)", ja: "{}（このノード）")
        case .listenersLater:
            LocalizedText(
                "The web listener and the certificates of HTTPS are kept on each node itself, in its node.conf and certificate folder.",
                ja: "HTTPS の待ち受けと証明書は、各ノードの node.conf と証明書フォルダーで管理します。")
        case .revision: LocalizedText("Revision {}", ja: "リビジョン {}")
        }
    }
}
