/// Which SMTP dialogues are kept, how much of each, and how long.
package struct TranscriptSettings: SettingsSection {
    package var kept = Kept.all
    package var days = 14
    package var maximumKilobytes = 32
    package var waitingMegabytes = 16

    package init() {}

    package enum Kept: String, Sendable, Hashable {
        case off
        /// Those in which something was refused or failed.
        case troubled
        case all
    }

    package static let name = "transcripts"
    package static let title = LocalizedText("SMTP transcripts", ja: "SMTP 通信記録")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .choice(
            "keep", \.kept,
            [
                (.all, LocalizedText("All", ja: "すべて")),
                (.troubled, LocalizedText("Refused and failed only", ja: "拒否と失敗のみ")),
                (.off, LocalizedText("None", ja: "保存しない")),
            ],
            title: LocalizedText("Keep transcripts", ja: "保存する通信記録"),
            LocalizedText(
                "Commands and replies of SMTP sessions and deliveries, never content nor passwords. All: an administrator wants to see why a message went well, too; a session takes about one KiB.",
                ja: "SMTP セッションと配送のコマンドと応答です。本文とパスワードは含みません。正常に処理された経緯も確認できるよう、既定ではすべて保存します。1 セッションあたり約 1 KiB です。")),
        .integer(
            "days", \.days, 1...3650,
            title: LocalizedText("Days", ja: "保存日数"),
            LocalizedText(
                "Files of days longer ago are removed by the nightly maintenance. Two weeks: who asks about a message asks soon.",
                ja: "これより前の日のファイルを毎日のメンテナンスで削除します。問い合わせは早いうちに来るため、既定は 2 週間です。")),
        .integer(
            "maximum-kilobytes", \.maximumKilobytes, 4...1024,
            title: LocalizedText("Longest transcript (KiB)", ja: "1 件の最大サイズ（KiB）"),
            LocalizedText(
                "What comes after is left out and counted. Long sessions are kept as several transcripts.",
                ja: "超えた部分は保存せず、行数だけを記録します。長いセッションは複数の通信記録に分けて保存します。")),
        .integer(
            "waiting-megabytes", \.waitingMegabytes, 1...1024,
            title: LocalizedText("Memory for waiting transcripts (MiB)", ja: "書き込み待ちのメモリー（MiB）"),
            LocalizedText(
                "When the folder is slow or away, transcripts beyond this are dropped and counted; mail never waits. 16 MiB: some ten thousand sessions.",
                ja: "フォルダーが遅い、または使えないとき、これを超えた通信記録は破棄して件数を数えます。メールの処理は待ちません。16 MiB は約 1 万セッション分です。")),
    ]
}
