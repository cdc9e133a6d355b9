/// How long what happened is kept.
package struct RetentionSettings: SettingsSection {
    package var messageDays = 30
    package var hourFigureDays = 90
    package var dayFigureDays = 730
    package var auditDays = 730

    package init() {}

    package static let name = "retention"
    package static let title = LocalizedText("Retention", ja: "保存期間")
    package static let scope = SettingsScopeKind.cluster

    /// Ten years.
    private static let longestDays = 3650

    package static let fields: [SettingsField<Self>] = [
        .integer(
            "message-days", \.messageDays, 1...longestDays,
            title: LocalizedText("Message records (days)", ja: "メッセージの記録（日）"),
            LocalizedText(
                "Messages of the log that were received longer ago are removed at midnight, unless they are still in the queue.",
                ja: "これより前に受信したメッセージの記録を毎日 0 時に削除します。配送キューに残っているものは削除しません。")),
        .integer(
            "hour-figure-days", \.hourFigureDays, 2...longestDays,
            title: LocalizedText("Figures by hour (days)", ja: "時間別の集計（日）"),
            LocalizedText("Figures of mail by hour are kept this long.", ja: "時間別のメール件数を保存する日数です。")),
        .integer(
            "day-figure-days", \.dayFigureDays, 31...longestDays,
            title: LocalizedText("Figures by day (days)", ja: "日別の集計（日）"),
            LocalizedText(
                "Figures of mail by day and the most frequent senders and recipients are kept this long; figures by month for good.",
                ja: "日別のメール件数と、送受信の多いアドレスを保存する日数です。月別の件数は削除しません。")),
        .integer(
            "audit-days", \.auditDays, 1...longestDays,
            title: LocalizedText("Audit log and settings history (days)", ja: "監査ログと設定の履歴（日）"),
            LocalizedText(
                "Who changed what is kept this long, and so is the history of settings: older revisions cannot be returned to.",
                ja: "変更の記録と設定の履歴を保存する日数です。これより古いリビジョンには戻せません。")),
    ]
}
