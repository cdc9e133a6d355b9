import Settings

/// The settings' history, differences, and the way back.
enum SettingsHistoryText: String, CaseIterable, PageText {
    case title, lead, revision, time, actor, node, what, before, after
    case scope, section, since, until, allScopes, allSections, filter
    case cluster, domain, nodeScope, directory
    case empty, emptyHelp, emptySearch, emptySearchHelp
    case defaultValue, nothing
    case compareTitle, compareFrom, compareTo, compare, compareWithNow
    case differenceTitle, differenceLead, noDifference, directoryChanges, directoryMore
    case returnTo, returnTitle, returnLead, returnButton, obstacles, reason, nothingToReturn, directoryStays

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Settings history", ja: "設定の履歴")
        case .lead:
            LocalizedText(
                "Every change of settings, domains, users and lists, newest first. Each save is a revision.",
                ja: "設定、ドメイン、ユーザー、リストの変更を新しい順に表示します。保存するたびにリビジョンが 1 つ増えます。")
        case .revision: LocalizedText("Revision", ja: "リビジョン")
        case .time: LocalizedText("Time (UTC)", ja: "日時（UTC）")
        case .actor: LocalizedText("By", ja: "実行者")
        case .node: LocalizedText("On node", ja: "操作したノード")
        case .what: LocalizedText("What", ja: "対象")
        case .before: LocalizedText("Before", ja: "変更前")
        case .after: LocalizedText("After", ja: "変更後")
        case .scope: LocalizedText("Scope", ja: "範囲")
        case .section: LocalizedText("Section", ja: "セクション")
        case .since: LocalizedText("From (UTC)", ja: "開始日（UTC）")
        case .until: LocalizedText("To (UTC)", ja: "終了日（UTC）")
        case .allScopes: LocalizedText("All", ja: "すべて")
        case .allSections: LocalizedText("All", ja: "すべて")
        case .filter: LocalizedText("Show", ja: "表示")
        case .cluster: LocalizedText("All nodes", ja: "全ノード共通")
        case .domain: LocalizedText("Settings of a domain", ja: "ドメインの設定")
        case .nodeScope: LocalizedText("Settings of a node", ja: "ノードの設定")
        case .directory: LocalizedText("Domains, users, lists", ja: "ドメイン、ユーザー、リスト")
        case .empty: LocalizedText("No change yet", ja: "変更はまだありません")
        case .emptyHelp: LocalizedText("From now on every change is kept here.", ja: "今後の変更がここに記録されます。")
        case .emptySearch: LocalizedText("No change found", ja: "該当する変更はありません")
        case .emptySearchHelp: LocalizedText("Loosen the conditions.", ja: "条件を変えて検索してください。")
        case .defaultValue: LocalizedText("(default)", ja: "（既定値）")
        case .nothing: LocalizedText("–", ja: "–")
        case .compareTitle: LocalizedText("Compare two revisions", ja: "2 つのリビジョンの比較")
        case .compareFrom: LocalizedText("Revision", ja: "リビジョン")
        case .compareTo: LocalizedText("with (empty: now)", ja: "比較先（空欄: 現在）")
        case .compare: LocalizedText("Compare", ja: "比較")
        case .compareWithNow: LocalizedText("Compare with now", ja: "現在と比較")
        case .differenceTitle: LocalizedText("From revision {0} to revision {1}", ja: "リビジョン {0} から {1} への差分")
        case .differenceLead:
            LocalizedText("Settings whose values differ, each once.", ja: "値が異なる設定を 1 件ずつ表示します。")
        case .noDifference: LocalizedText("No setting differs", ja: "異なる設定はありません")
        case .directoryChanges: LocalizedText("Changes of domains, users and lists between them", ja: "その間のドメイン、ユーザー、リストの変更")
        case .directoryMore: LocalizedText("… and {} more", ja: "ほか {} 件")
        case .returnTo: LocalizedText("Return to revision {}…", ja: "リビジョン {} に戻す…")
        case .returnTitle: LocalizedText("Return to revision {}", ja: "リビジョン {} に戻す")
        case .returnLead:
            LocalizedText(
                "These settings will be put back. That is a new revision; nothing of the history is lost.",
                ja: "次の設定を元に戻します。新しいリビジョンとして保存され、履歴は失われません。")
        case .returnButton: LocalizedText("Put these settings back", ja: "これらの設定を元に戻す")
        case .obstacles: LocalizedText("These cannot be put back", ja: "次の設定は元に戻せません")
        case .reason: LocalizedText("Reason", ja: "理由")
        case .nothingToReturn: LocalizedText("There is nothing to put back", ja: "元に戻す設定はありません")
        case .directoryStays:
            LocalizedText(
                "Domains, users and lists stay as they are. Changed since then:",
                ja: "ドメイン、ユーザー、リストは現在のままです。それ以降の変更:")
        }
    }
}
