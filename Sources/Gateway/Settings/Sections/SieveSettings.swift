/// Whether mail is run through Sieve scripts, and what users' own scripts may do.
package struct SieveSettings: SettingsSection {
    package var isEnabled = true
    package var runsUserScripts = false
    package var userRedirects = false

    package init() {}

    package static let name = "sieve"
    package static let title = LocalizedText("Sieve scripts", ja: "Sieve スクリプト")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "enabled", \.isEnabled, title: LocalizedText("Run scripts", ja: "スクリプトを実行"),
            LocalizedText(
                "Mail to protected domains is run through the scripts of the cluster and of the recipient's domain. Without scripts it costs nothing.",
                ja: "保護ドメイン宛のメールに、クラスターと宛先ドメインのスクリプトを実行します。スクリプトがなければ負荷はかかりません。")),
        .boolean(
            "user-scripts", \.runsUserScripts, title: LocalizedText("Users' scripts", ja: "ユーザーのスクリプト"),
            LocalizedText(
                "Mail is run through the recipient's own script as well, and users may write theirs. Off: what happens to mail is for administrators to say.",
                ja: "宛先ユーザー自身のスクリプトも実行し、ユーザーによる編集を許可します。既定では管理者だけがメールの扱いを決めます。")),
        .boolean(
            "user-redirects", \.userRedirects, title: LocalizedText("Users may redirect", ja: "ユーザーによる転送を許可"),
            LocalizedText(
                "“redirect” in users' scripts is obeyed; otherwise such mail is kept. Off: whoever learns a password must not get the mail elsewhere.",
                ja: "ユーザーのスクリプトの redirect を実行します。無効の場合、転送せずに通過させます。パスワードが漏れたときの被害を防ぐため、既定では無効です。")),
    ]
}
