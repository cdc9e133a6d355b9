/// Attachments that content rules take out of messages.
package struct StrippingSettings: SettingsSection {
    package var keepDays = 30
    package var unstrippable = Unstrippable.quarantine
    package var language = BounceSettings.ReportLanguage.both

    package init() {}

    /// What becomes of a message that a rule wants stripped and that cannot be rewritten.
    package enum Unstrippable: String, Sendable, Hashable {
        case quarantine, pass
    }

    package static let name = "stripping"
    package static let title = LocalizedText("Stripped attachments", ja: "添付ファイルの分離")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .integer(
            "keep-days", \.keepDays, 1...365, title: LocalizedText("Days kept", ja: "保存日数"),
            LocalizedText(
                "Attachments that a content rule took out (action “strip”) can be downloaded for so many days; then they are removed. An administrator can extend each.",
                ja: "コンテンツルールの「添付ファイルを分離」で取り出した添付ファイルは、この日数の間ダウンロードでき、その後に削除します。管理者は個別に延長できます。")),
        .choice(
            "unstrippable", \.unstrippable,
            [
                (.quarantine, LocalizedText("Quarantine", ja: "隔離する")),
                (.pass, LocalizedText("Let it pass as it is", ja: "そのまま通す")),
            ],
            title: LocalizedText("What cannot be rewritten", ja: "書き換えられないメール"),
            LocalizedText(
                "Mail that is signed or encrypted as a whole (S/MIME, PGP) or that cannot be read without loss is not rewritten.",
                ja: "全体が署名または暗号化されたメール（S/MIME、PGP）や、正確に解釈できないメールは書き換えません。")),
        .choice(
            "language", \.language,
            [
                (.english, LocalizedText("English", ja: "英語")), (.japanese, LocalizedText("Japanese", ja: "日本語")),
                (.both, LocalizedText("Both", ja: "両方")),
            ],
            title: LocalizedText("Language of notes", ja: "案内の言語"),
            LocalizedText(
                "Of the text that stands in an attachment's place. A message is the same for all its recipients.",
                ja: "添付ファイルの代わりに入れる文章の言語です。メールの内容はすべての宛先に共通です。")),
    ]
}
