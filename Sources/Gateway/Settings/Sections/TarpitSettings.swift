/// Tarpit: who makes mistakes is answered slowly.
package struct TarpitSettings: SettingsSection {
    package var isOn = false
    package var afterErrors = 5
    package var delaySeconds = 10
    package var maximumSessions = 50

    package init() {}

    package static let name = "tarpit"
    package static let title = LocalizedText("Tarpit", ja: "ターピット")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "enabled", \.isOn, title: LocalizedText("Tarpit", ja: "ターピット"),
            LocalizedText(
                "A session with more errors than below (refused recipients, wrong commands, failed sign-ins) gets each further refusal late, which makes guessing addresses and passwords slow. Users who have signed in and trusted networks are answered at once. Off by default. No thread waits meanwhile.",
                ja:
                    "下の回数を超えてエラー（宛先の拒否、誤ったコマンド、認証の失敗）を起こしたセッションでは、以後の拒否応答を遅らせ、アドレスやパスワードの推測に時間がかかるようにします。サインインしたユーザーと信頼するネットワークは対象外です。既定では無効です。待機中にスレッドは使用しません。"
            )),
        .integer(
            "after-errors", \.afterErrors, 1...1_000, title: LocalizedText("After errors", ja: "エラーの回数"),
            LocalizedText(
                "So many errors of a session are answered at once. 5, since honest servers seldom have that many old addresses in one message.",
                ja: "1 セッションでこの回数まではすぐに応答します。正当なサーバーが 1 通にこれほど多くの古いアドレスを指定することはまれなため、既定値は 5 です。")),
        .integer(
            "delay-seconds", \.delaySeconds, 1...120, .seconds, title: LocalizedText("Delay", ja: "遅延時間"),
            LocalizedText(
                "How late each further refusal is sent. 10 seconds; clients wait five minutes for an answer (RFC 5321 section 4.5.3.2).",
                ja: "以後の拒否応答を遅らせる時間です。クライアントは応答を 5 分間待つため（RFC 5321）、既定値の 10 秒で切断されることはありません。")),
        .integer(
            "maximum-sessions", \.maximumSessions, 1...10_000, title: LocalizedText("Sessions at once", ja: "同時に遅延させるセッション数"),
            LocalizedText(
                "So many sessions of a node wait at once; further ones are answered without delay, so that a flood does not use up the places for honest clients. 50, half of the product's usual number of sessions.",
                ja: "1 ノードで同時に遅延させるセッションの上限です。超えた分にはすぐに応答するため、大量の接続で正当なクライアントの接続枠がなくなることはありません。既定値は標準のセッション数の半分の 50 です。")),
    ]
}
