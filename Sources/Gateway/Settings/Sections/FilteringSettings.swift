/// How messages are judged: which are looked at, and what their score leads to.
package struct FilteringSettings: SettingsSection {
    package var mode = Mode.enforce
    package var quarantineScore = FilterScore(tenths: 50)
    package var rejectScore = FilterScore(tenths: 120)
    package var tagsSubject = false
    package var tagScore = FilterScore(tenths: 30)
    package var subjectTag = "[SPAM]"
    package var checksTrustedNetworks = false
    package var checksPrivateAddresses = false
    package var timeLimitSeconds = 5

    package init() {}

    package enum Mode: String, Sendable, Hashable {
        case enforce
        /// Findings and the verdict are stored and shown; every message goes on as if there were none.
        case record
        case off
    }

    package static let name = "filtering"
    package static let title = LocalizedText("Filtering", ja: "フィルタリング")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .choice(
            "mode", \.mode,
            [
                (.enforce, LocalizedText("Act on the verdict", ja: "判定に従って処理")),
                (.record, LocalizedText("Record only", ja: "記録のみ")), (.off, LocalizedText("Off", ja: "無効")),
            ],
            title: LocalizedText("Mode", ja: "動作"),
            LocalizedText(
                "“Record only” stores what each check finds and what would be done, and lets every message pass: for trying settings out.",
                ja: "「記録のみ」では検査結果と本来の判定を記録し、メッセージはすべて通します。設定を試すときに使用します。")),
        .score(
            "quarantine-score", \.quarantineScore, title: LocalizedText("Quarantine from score", ja: "隔離するスコア"),
            LocalizedText(
                "A message whose findings add up to this or more is kept in quarantine. 5.0 is the product's usual value.",
                ja: "検査結果の合計がこの値以上のメッセージを隔離します。既定値は 5.0 です。")),
        .score(
            "reject-score", \.rejectScore, title: LocalizedText("Reject from score", ja: "拒否するスコア"),
            LocalizedText(
                "From this score on the message is refused with 550. 12.0 is the product's usual value.",
                ja: "合計がこの値以上のメッセージを 550 で拒否します。既定値は 12.0 です。")),
        .boolean(
            "tag-subject", \.tagsSubject, title: LocalizedText("Tag the subject", ja: "件名にタグを付ける"),
            LocalizedText(
                "Puts the tag in front of the subject of suspicious messages that are delivered. Off: subjects stay as they were written.",
                ja: "疑わしいメッセージの件名の先頭にタグを付けて配送します。無効の場合、件名は変更しません。")),
        .score(
            "tag-score", \.tagScore, title: LocalizedText("Tag from score", ja: "タグを付けるスコア"),
            LocalizedText("Messages with this score or more get the tag.", ja: "合計がこの値以上のメッセージの件名にタグを付けます。")),
        .value(
            "subject-tag", \.subjectTag, maximumBytes: 60, title: LocalizedText("Subject tag", ja: "件名のタグ"),
            LocalizedText("Printable ASCII, at most 60 characters.", ja: "表示可能な ASCII 文字で 60 文字以内です。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                    throw SettingsValueError("printable ASCII characters are expected", ja: "表示可能な ASCII 文字を入力してください")
                }
                return text
            }),
        .boolean(
            "check-trusted-networks", \.checksTrustedNetworks,
            title: LocalizedText("Check mail from trusted networks", ja: "信頼するネットワークからのメールも検査"),
            LocalizedText(
                "Outbound and internal mail comes from the trusted networks of relay control; it is not judged unless this is on.",
                ja: "中継制御の「信頼するネットワーク」から届く送信・内部メールは、この設定が有効な場合だけ検査します。")),
        .boolean(
            "check-private-addresses", \.checksPrivateAddresses,
            title: LocalizedText("Look up private addresses", ja: "プライベートアドレスも照会"),
            LocalizedText(
                "Reverse look-up, HELO and DNS block lists say nothing of loopback and private addresses, which are skipped unless this is on.",
                ja: "ループバックとプライベートアドレスは DNS で判断できないため、この設定が有効な場合だけ逆引き、HELO、DNS ブロックリストを確認します。")),
        .integer(
            "time-limit", \.timeLimitSeconds, 1...60, .seconds, title: LocalizedText("Time for checks", ja: "検査の制限時間"),
            LocalizedText(
                "How long the checks of one step may take together. A check that is not done counts as “could not be decided” and mail flows.",
                ja: "1 段階の検査にかける時間の上限です。終わらない検査は「判定不能」とし、メールの処理は続けます。")),
    ]

    /// A message must not be refused at a score at which it would not even be kept.
    package func contradictions() -> [SettingsProblem] {
        guard quarantineScore > rejectScore else { return [] }
        return [
            SettingsProblem(
                section: Self.name, field: "quarantine-score", message: Self.thresholdsCrossed)
        ]
    }

    static let thresholdsCrossed = LocalizedText(
        "the score for quarantine must not be above the one for refusal", ja: "隔離するスコアは拒否するスコア以下にしてください")
}
