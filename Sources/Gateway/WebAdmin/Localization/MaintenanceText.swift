import MessageLog
import Settings

/// Maintenance.
enum MaintenanceText: String, CaseIterable, PageText {
    case title
    case lead
    case run
    case state
    case changed
    case removedMessages
    case removedFigures
    case removedAudit
    case manual
    case running
    case done
    case stopped
    case runNow
    case settings
    case empty
    case emptyHelp
    case indexedUntil
    case indexedNothing
    case indexedLate

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Maintenance", ja: "メンテナンス")
        case .lead:
            LocalizedText(
                "Every night from midnight on, records older than the retention settings keep them are removed, some at a time. Messages in the queue stay.",
                ja: "毎日 0 時以降に、保存期間を過ぎた記録を少しずつ削除します。配送キューにあるメッセージは削除しません。")
        case .run: LocalizedText("Run", ja: "実行")
        case .state: LocalizedText("State", ja: "状態")
        case .changed: LocalizedText("Last step (UTC)", ja: "最終処理（UTC）")
        case .removedMessages: LocalizedText("Messages removed", ja: "削除したメッセージ")
        case .removedFigures: LocalizedText("Figures removed", ja: "削除した集計")
        case .removedAudit: LocalizedText("Audit entries removed", ja: "削除した監査記録")
        case .manual: LocalizedText("by hand", ja: "手動")
        case .running: LocalizedText("Running", ja: "実行中")
        case .done: LocalizedText("Done", ja: "完了")
        case .stopped: LocalizedText("Stopped", ja: "中断")
        case .runNow: LocalizedText("Run now", ja: "今すぐ実行")
        case .settings: LocalizedText("Retention settings", ja: "保存期間の設定")
        case .empty: LocalizedText("No run yet", ja: "まだ実行していません")
        case .indexedUntil:
            LocalizedText(
                "Addresses, Message-IDs and parts of subjects are searched by an index, which reaches up to {} (UTC); newer messages are looked through one by one.",
                ja: "アドレス、Message-ID、件名の一部などの検索には索引を使います。索引は {}（UTC）まで作成済みです。それより新しいメッセージは 1 件ずつ調べます。")
        case .indexedNothing:
            LocalizedText(
                "Addresses, Message-IDs and parts of subjects will be searched by an index; it begins with the first thousand messages.",
                ja: "アドレス、Message-ID、件名の一部などの検索に使う索引は、メッセージが約 1,000 通になると作成を始めます。")
        case .indexedLate:
            LocalizedText("{} late messages are not in it yet.", ja: "索引に未登録の、遅れて記録されたメッセージ: {} 通。")
        case .emptyHelp: LocalizedText("The first one begins soon after the node's start.", ja: "ノードの起動後まもなく最初の実行を開始します。")
        }
    }

    static func badge(_ state: MaintenanceRun.State, _ language: Language) -> Badge {
        switch state {
        case .running: Badge(MaintenanceText.running.text, .informative, language)
        case .done: Badge(MaintenanceText.done.text, .good, language)
        case .stopped: Badge(MaintenanceText.stopped.text, .bad, language)
        }
    }
}
