/// The administrator's web interface.
package struct WebSettings: SettingsSection {
    package var sessionIdleMinutes = 30
    package var sessionHours = 12
    package var minimumPasswordLength = 12
    package var maximumFailedSignIns = 10
    /// Without a slash at its end; empty: made of the HELO name and the web port.
    package var publicURL = ""

    package init() {}

    package static let name = "web"
    package static let title = LocalizedText("Web interface", ja: "Web 管理画面")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .integer(
            "session-idle", \.sessionIdleMinutes, 5...1440, .minutes,
            title: LocalizedText("Sign out when idle", ja: "無操作でサインアウト"),
            LocalizedText(
                "Whoever asks for no page for so long is signed out. 30 minutes is usual.", ja: "操作がないままこの時間が過ぎるとサインアウトします。既定値は 30 分です。")),
        .integer(
            "session-length", \.sessionHours, 1...168, .hours,
            title: LocalizedText("Longest session", ja: "セッションの最長時間"),
            LocalizedText("Sign in again after so long, used or not.", ja: "操作の有無にかかわらず、再度サインインが必要になるまでの時間です。")),
        .integer(
            "minimum-password-length", \.minimumPasswordLength, 8...128,
            title: LocalizedText("Shortest password", ja: "パスワードの最小文字数"),
            LocalizedText("For new passwords of administrators; length matters more than signs.", ja: "管理者の新しいパスワードに適用します。")),
        .integer(
            "maximum-failed-sign-ins", \.maximumFailedSignIns, 3...1000,
            title: LocalizedText("Failed sign-ins", ja: "サインインの失敗回数"),
            LocalizedText(
                "Per address in 15 minutes, an IPv6 network /64 being one address, and twenty times as many per name from all addresses together; further tries are refused without looking at the password.",
                ja:
                    "15 分間にアドレスごとに許す失敗回数です（IPv6 は /64 のネットワークを 1 つのアドレスとみなします）。1 つの名前に対しては、すべてのアドレスを合わせてこの 20 倍まで許します。超過するとパスワードを確認せずに拒否します。"
            )),
        .value(
            "public-url", \.publicURL, maximumBytes: 255, title: LocalizedText("Address in links", ja: "リンクに使用する URL"),
            LocalizedText(
                "Where users reach this web interface, such as https://gateway.example.com:4443: links in mail begin with it. With several nodes that of the load balancer. Empty: the HELO name and web port of the node that writes the mail.",
                ja:
                    "ユーザーがこの Web 画面にアクセスする URL です（例: https://gateway.example.com:4443）。メール内のリンクに使用します。複数のノードがある場合はロードバランサーの URL を指定してください。空の場合は、メールを作成したノードの HELO 名と Web ポートを使用します。"
            ), format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return "" }
                let url = text.hasSuffix("/") ? String(text.dropLast()) : text
                let rest = url.dropFirst("https://".count)
                let isPlain = rest.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-.:[]".utf8.contains($0)
                }
                guard url.hasPrefix("https://"), !rest.isEmpty, isPlain else {
                    throw SettingsValueError(
                        "an address such as https://gateway.example.com:4443 is expected",
                        ja: "https://gateway.example.com:4443 のように入力してください")
                }
                return url
            }),
    ]
}
