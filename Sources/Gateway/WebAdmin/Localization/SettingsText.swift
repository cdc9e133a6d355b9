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

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Settings", ja: "設定")
        case .lead:
            LocalizedText(
                "Changes take effect on every node within seconds, for new sessions and new attempts.",
                ja: "変更は数秒以内にすべてのノードへ反映され、新しいセッションと配送から適用されます。")
        case .shared: LocalizedText("All nodes", ja: "全ノード共通")
        case .node: LocalizedText("This node only", ja: "このノードのみ")
        case .nodeLead: LocalizedText("These settings are valid on this node only.", ja: "この設定はこのノードにのみ適用されます。")
        case .defaultValue: LocalizedText("Default: {}", ja: "既定値: {}")
        case .emptyValue: LocalizedText("(empty)", ja: "（空）")
        case .reset: LocalizedText("Back to the default: {}", ja: "既定値に戻す: {}")
        case .range: LocalizedText("{} to {}", ja: "{}～{}")
        case .perLine: LocalizedText("One a line, at most {}.", ja: "1 行に 1 件、{} 件まで入力できます。")
        case .changed: LocalizedText("Changed", ja: "変更済み")
        case .conflict: LocalizedText("Someone else changed these settings", ja: "ほかの管理者が設定を変更しました")
        case .yourEntry: LocalizedText("You had entered: {}", ja: "入力していた値: {}")
        case .revision: LocalizedText("Revision {}", ja: "リビジョン {}")
        }
    }
}
