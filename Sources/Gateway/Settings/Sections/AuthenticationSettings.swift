/// How users sign in over SMTP (RFC 4954). That it needs TLS is no setting: a password in the clear is everybody's.
package struct AuthenticationSettings: SettingsSection {
    package var isOfferedForSubmission = true
    package var isOfferedOnPort25 = false
    package var mustOwnSender = true
    package var maximumFailuresPerSession = 3
    package var maximumFailuresPerAddress = 20

    package init() {}

    package static let name = "authentication"
    package static let title = LocalizedText("SMTP authentication", ja: "SMTP 認証")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "submission", \.isOfferedForSubmission,
            title: LocalizedText("On the submission ports", ja: "サブミッションポートで提供"),
            LocalizedText(
                "Users may sign in on the submission and SMTPS listeners, once TLS is active. On by default: that is what these ports are for.",
                ja: "サブミッションと SMTPS のリスナーで、TLS の確立後にユーザーの認証を受け付けます。これらのポートの目的であるため、既定で有効です。")),
        .boolean(
            "port-25", \.isOfferedOnPort25,
            title: LocalizedText("On port 25", ja: "ポート 25 で提供"),
            LocalizedText(
                "Users may sign in on the SMTP listeners too, after STARTTLS. Off by default: other mail servers need no password, and those who guess passwords look here first.",
                ja: "SMTP リスナーでも、STARTTLS の後にユーザーの認証を受け付けます。他のメールサーバーには不要で、パスワード推測の標的になりやすいため、既定で無効です。")),
        .boolean(
            "own-sender-only", \.mustOwnSender,
            title: LocalizedText("Own sender addresses only", ja: "差出人を本人のアドレスに限定"),
            LocalizedText(
                "Who is signed in may use only his own address and his aliases as the sender of the envelope (MAIL FROM); the empty sender of reports is allowed. On by default, so that nobody writes in another's name.",
                ja: "認証したユーザーがエンベロープの差出人（MAIL FROM）に使えるアドレスを、本人のアドレスとエイリアスに限ります。空の差出人（通知用）は使えます。なりすましを防ぐため、既定で有効です。")),
        .integer(
            "maximum-failures-per-session", \.maximumFailuresPerSession, 1...100,
            title: LocalizedText("Failures per session", ja: "セッションごとの失敗回数"),
            LocalizedText(
                "Failed sign-ins before the session is closed with 421. 3, the fewest that RFC 4954 section 4 recommends to allow.",
                ja: "認証の失敗がこの回数に達すると 421 で切断します。既定値の 3 は、RFC 4954 が認めるよう勧める最小の回数です。")),
        .integer(
            "maximum-failures-per-address", \.maximumFailuresPerAddress, 1...100_000,
            title: LocalizedText("Failures per address", ja: "アドレスごとの失敗回数"),
            LocalizedText(
                "Failed sign-ins from one IP address (IPv6: one /64) within 15 minutes before further ones are refused unseen. 20 leaves room for an office behind one address.",
                ja: "1 つの IP アドレス（IPv6 は /64）から 15 分間にこの回数失敗すると、以後の認証を確認せずに拒否します。1 つのアドレスを共有する事業所を考慮し、既定値は 20 です。")),
    ]
}
