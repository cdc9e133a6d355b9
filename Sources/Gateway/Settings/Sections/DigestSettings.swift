import Mail

/// Mail to users that says what was kept back for them.
package struct DigestSettings: SettingsSection {
    package var frequency = DigestFrequency.daily
    package var time = TimeOfDay(minutes: 7 * 60)
    package var audience = Audience.users
    package var language = Language.japanese
    /// `EmailAddress.description`; empty: postmaster of the recipient's domain.
    package var sender = ""
    package var linkDays = 14
    package var administratorAddress = ""

    package init() {}

    /// Who gets digests.
    package enum Audience: String, Sendable, Hashable {
        /// Users of protected domains.
        case users
        /// Every recipient something is kept back for.
        case everybody
    }

    package static let name = "digest"
    package static let title = LocalizedText("Quarantine digest", ja: "隔離の通知メール")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .choice(
            "frequency", \.frequency, DigestFrequency.choices,
            title: LocalizedText("How often", ja: "送信の頻度"),
            LocalizedText(
                "Each user for whom something new was kept back gets one mail with a list and links to release it. Domains can have it otherwise.",
                ja: "新しく隔離されたメールがあるユーザーへ、その一覧と解放用のリンクを 1 通のメールで知らせます。ドメインごとに変更できます。")),
        .value(
            "time", \.time, maximumBytes: 5, title: LocalizedText("Time of day", ja: "送信時刻"),
            LocalizedText(
                "From when on a day's digests are sent, by the nodes' clock. 07:00: they lie there when people begin to work.",
                ja: "その日の通知の送信を開始する時刻です（ノードの時計による）。既定値の 07:00 は始業前に届くようにするためです。"),
            format: { $0.description }, parse: TimeOfDay.parse),
        .choice(
            "audience", \.audience,
            [
                (.users, LocalizedText("Users", ja: "ユーザー")),
                (.everybody, LocalizedText("Every recipient", ja: "すべての宛先")),
            ],
            title: LocalizedText("Who gets it", ja: "通知の対象"),
            LocalizedText(
                "“Every recipient” tells addresses without a user too. Choose it only where unknown recipients are refused, or digests go to addresses that do not exist.",
                ja: "「すべての宛先」では、ユーザーとして登録していないアドレスにも通知します。存在しないアドレスへ送らないよう、未知の宛先を拒否している場合にだけ選択してください。")),
        .choice(
            "language", \.language,
            [(.english, LocalizedText("English", ja: "英語")), (.japanese, LocalizedText("Japanese", ja: "日本語"))],
            title: LocalizedText("Language", ja: "言語"),
            LocalizedText(
                "For recipients who have not chosen a language on their own page.", ja: "自分のページで言語を選択していない宛先に使用します。")),
        address(
            "sender", \.sender, LocalizedText("Sender", ja: "差出人"),
            LocalizedText(
                "Address in From. Empty: postmaster of the recipient's domain. Digests are signed if its domain has an active key. The envelope's sender is empty, so that no report comes back.",
                ja: "From に使用するアドレスです。空の場合は宛先ドメインの postmaster です。ドメインに使用中の署名鍵があれば署名します。配送通知が返らないよう、エンベロープの差出人は空です。")),
        .integer(
            "link-days", \.linkDays, 1...60, title: LocalizedText("Days links are valid", ja: "リンクの有効日数"),
            LocalizedText(
                "A link works once, and not after so many days. Two weeks outlast a short holiday.",
                ja: "リンクは 1 回だけ、この日数の間使用できます。既定値は 14 日です。")),
        address(
            "administrator-address", \.administratorAddress, LocalizedText("Digest for administrators", ja: "管理者への通知先"),
            LocalizedText(
                "Is told at the same time what came into the administrators' quarantine; without links that act. Empty: nobody.",
                ja: "管理者の隔離に新しく入ったメールを、同じ時刻にこのアドレスへ知らせます（操作用のリンクはありません）。空の場合は通知しません。")),
    ]

    private static func address(
        _ name: String, _ path: any WritableKeyPath<Self, String> & Sendable, _ title: LocalizedText, _ documentation: LocalizedText
    ) -> SettingsField<Self> {
        .value(
            name, path, maximumBytes: EmailAddress.maximumOctets, title: title, documentation, format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return "" }
                // Why it is no address is not more helpful than the address itself.
                guard let address = try? EmailAddress(text), !address.isInternational else {
                    throw SettingsValueError("“\(text)” is not an e-mail address", ja: "「\(text)」はメールアドレスではありません")
                }
                return address.description
            })
    }
}

/// On which days digests are sent.
package enum DigestFrequency: String, Sendable, Hashable, CaseIterable {
    case off, daily
    /// Monday to Friday.
    case weekdays

    static let choices: [(Self, LocalizedText)] = [
        (.off, LocalizedText("Never", ja: "送信しない")), (.daily, LocalizedText("Every day", ja: "毎日")),
        (.weekdays, LocalizedText("Monday to Friday", ja: "月曜日から金曜日")),
    ]

    /// - Parameter isWeekend: of the local date.
    package func isDue(isWeekend: Bool) -> Bool {
        switch self {
        case .off: false
        case .daily: true
        case .weekdays: !isWeekend
        }
    }
}

extension DomainSettings {
    /// A domain's own way with digests.
    package enum Digest: String, Sendable, Hashable {
        case cluster, off, daily, weekdays
    }

    /// How often its users get digests.
    package func digestFrequency(_ cluster: DigestFrequency) -> DigestFrequency {
        DigestFrequency(rawValue: digest.rawValue) ?? cluster
    }

    static let digestField = SettingsField<DomainSettings>.choice(
        "digest", \.digest,
        [(.cluster, LocalizedText("Like other domains", ja: "全ドメイン共通の設定に従う"))]
            + DigestFrequency.choices.compactMap { frequency, title in Digest(rawValue: frequency.rawValue).map { ($0, title) } },
        title: LocalizedText("Quarantine digest", ja: "隔離の通知メール"),
        LocalizedText("How often users of the domain are told what was kept back for them.", ja: "隔離されたメールをドメインのユーザーへ知らせる頻度です。"))
}
