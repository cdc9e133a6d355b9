import Settings

/// The audit log.
enum AuditText: String, CaseIterable, PageText {
    case title
    case lead
    case searchText
    case time
    case actor
    case action
    case target
    case detail
    case node
    case empty
    case emptyHelp
    case emptySearch
    case emptySearchHelp
    case byAdministrator
    case byCommand
    case byNode
    case byAPIKey
    case byUser

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Audit log", ja: "監査ログ")
        case .lead:
            LocalizedText(
                "Who changed what, and when. Rows are written together with the change itself.",
                ja: "いつ、誰が、何を変更したかの記録です。変更と同時に記録されます。")
        case .searchText: LocalizedText("Part of who, action code, target or detail", ja: "実行者、操作コード、対象、詳細の一部")
        case .time: LocalizedText("Time (UTC)", ja: "日時（UTC）")
        case .actor: LocalizedText("By", ja: "実行者")
        case .action: LocalizedText("Action", ja: "操作")
        case .target: LocalizedText("Target", ja: "対象")
        case .detail: LocalizedText("Detail", ja: "詳細")
        case .node: LocalizedText("Node", ja: "ノード")
        case .empty: LocalizedText("No entry yet", ja: "記録はまだありません")
        case .emptyHelp:
            LocalizedText("Every change by an administrator or a command is written down here.", ja: "管理者やコマンドによる変更がここに記録されます。")
        case .emptySearch: LocalizedText("No entry matches the filter", ja: "条件に一致する記録はありません")
        case .emptySearchHelp: LocalizedText("Take a condition away or choose another time.", ja: "条件を減らすか、期間を変更してください。")
        case .byAdministrator: LocalizedText("Administrator {}", ja: "管理者 {}")
        case .byCommand: LocalizedText("Command (user ID {})", ja: "コマンド（ユーザー ID {}）")
        case .byAPIKey: LocalizedText("API key {}", ja: "API キー {}")
        case .byUser: LocalizedText("User {}", ja: "ユーザー {}")
        case .byNode: LocalizedText("The node itself", ja: "ノード")
        }
    }
}
