/// Attachments that content rules take out of messages.
package struct StrippingSettings: SettingsSection {
    package var keepDays = 30
    package var unstrippable = Unstrippable.quarantine
    package var unavailable = Unavailable.tryLater
    package var language = BounceSettings.ReportLanguage.both

    package init() {}

    /// What becomes of a message that a rule wants stripped and that cannot be rewritten.
    package enum Unstrippable: String, Sendable, Hashable {
        case quarantine, pass
    }

    /// What becomes of a message whose attachments cannot be stored at present.
    package enum Unavailable: String, Sendable, Hashable {
        case tryLater = "try-later"
        case pass
    }

    package static let name = "stripping"
    package static let title = LocalizedText("Stripped attachments", ja: "添付ファイルの分離")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .integer(
            "keep-days", \.keepDays, 1...365, title: LocalizedText("Days kept", ja: "保存日数"),
            LocalizedText(
                "Attachments that were taken out (content rules with “strip”, kinds of files) can be downloaded for so many days; then they are removed. An administrator can extend each.",
                ja: "コンテンツルールやファイルの種類の設定で分離した添付ファイルは、この日数の間ダウンロードでき、その後に削除します。管理者は個別に延長できます。")),
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
            "unavailable", \.unavailable,
            [
                (.tryLater, LocalizedText("Refuse it for now", ja: "一時的に拒否する")),
                (.pass, LocalizedText("Let it pass whole", ja: "分離せずに通す")),
            ],
            title: LocalizedText("While attachments cannot be stored", ja: "添付ファイルを保存できない間"),
            LocalizedText(
                "When the folder Attachments or the memory for it is not to be had. By default the sender is asked to come again (451).",
                ja: "「添付ファイル」フォルダーまたはメモリーが使用できない場合の扱いです。既定では差出人に再送を求めます（451）。")),
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

extension DomainSettings {
    /// Of texts in the place of attachments.
    package enum NoteLanguage: String, Sendable, Hashable {
        case cluster, english, japanese, both
    }

    package func noteLanguage(cluster: BounceSettings.ReportLanguage) -> BounceSettings.ReportLanguage {
        BounceSettings.ReportLanguage(rawValue: noteLanguage.rawValue) ?? cluster
    }

    static let noteLanguageField = SettingsField<DomainSettings>.choice(
        "note-language", \.noteLanguage,
        [
            (.cluster, LocalizedText("Like other domains", ja: "全ドメイン共通の設定に従う")), (.english, LocalizedText("English", ja: "英語")),
            (.japanese, LocalizedText("Japanese", ja: "日本語")), (.both, LocalizedText("Both", ja: "両方")),
        ],
        title: LocalizedText("Language of notes for stripped attachments", ja: "分離した添付ファイルの案内の言語"),
        LocalizedText(
            "A message for recipients with different languages has both.", ja: "言語の異なる宛先を含むメールでは両方を使用します。"))
}
