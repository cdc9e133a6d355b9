/// ClamAV's daemon clamd, which looks for viruses.
package struct ClamAVSettings: EngineSettingsSection {
    package var connection = EngineConnection(
        server: .localSocket("/var/run/clamav/clamd.ctl"), timeLimitSeconds: 30, maximumMegabytes: 25)
    package var action = Action.quarantine
    package var whenTooLarge = EngineAbsence.pass
    package var scansOwnMail = true

    package init() {}

    package enum Action: String, Sendable, Hashable {
        case reject
        case quarantine
    }

    package static let name = "clamav"
    package static let title = LocalizedText("ClamAV", ja: "ClamAV")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] =
        connectionFields("ClamAV", example: "/var/run/clamav/clamd.ctl, 127.0.0.1:3310") + [
            .choice(
                "action", \.action,
                [
                    (.quarantine, LocalizedText("Administrators' quarantine", ja: "管理者の隔離")),
                    (.reject, LocalizedText("Refuse (550)", ja: "拒否（550）")),
                ],
                title: LocalizedText("A message with a virus", ja: "ウイルスを含むメッセージ"),
                LocalizedText(
                    "Whoever refuses tells the sender; in quarantine only administrators see the message, whatever is set for dangerous mail.",
                    ja: "拒否すると送信元に通知されます。隔離した場合は、「危険なメールの隔離先」の設定にかかわらず管理者だけが確認できます。")
            ).weighing,
            .choice(
                "when-too-large", \.whenTooLarge, [EngineAbsence.pass, .hold].map { ($0, $0.title) },
                title: LocalizedText("A message that is too large to be looked at", ja: "大きすぎて検査できないメッセージ"),
                LocalizedText(
                    "Viruses are seldom larger than a few megabytes, so that such messages pass by default.",
                    ja: "ウイルスが数メガバイトを超えることはまれなため、既定では通します。")),
            .boolean(
                "scan-own-mail", \.scansOwnMail, title: LocalizedText("Look at our own mail too", ja: "送信メールも検査"),
                LocalizedText(
                    "Mail of signed-in users and from trusted networks is looked at for viruses even if the other checks leave it alone: a virus spreads from inside, too.",
                    ja: "他の検査の対象外でも、サインインしたユーザーと信頼するネットワークからのメールのウイルスを検査します。ウイルスは内部からも広がります。")),
        ]
}
