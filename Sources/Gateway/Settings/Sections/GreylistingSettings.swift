/// Greylisting (RFC 6647): a sender that is new to a recipient is asked to come again, which mail servers do and most senders of spam do not.
package struct GreylistingSettings: SettingsSection {
    package var isOn = false
    package var waitSeconds = 900
    package var retryHours = 48
    package var passedDays = 10
    package var ipv4Prefix = 24
    package var ipv6Prefix = 64
    package var excusesSPF = false

    package init() {}

    package static let name = "greylisting"
    package static let title = LocalizedText("Greylisting", ja: "グレーリスト")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "enabled", \.isOn, title: LocalizedText("Greylisting", ja: "グレーリスト"),
            LocalizedText(
                "A sender whose network, address and recipient have not been seen together is answered 451 until it comes again after the wait. Off by default: it delays the first message of every new sender. Allow-listed senders, users who sign in, trusted networks and the mail servers of the domains concerned are never delayed. It works with the mode of “Filtering”: “Record only” delays nobody.",
                ja:
                    "ネットワーク、差出人、宛先の組み合わせが初めての場合に 451 を返し、待機時間の後に再送されたものだけを受け付けます。新しい差出人の最初のメールが遅れるため、既定では無効です。許可リストの差出人、サインインしたユーザー、信頼するネットワーク、関係するドメインのメールサーバーは対象外です。「フィルタリング」の動作が「記録のみ」の場合は遅延させません。"
            )),
        .integer(
            "wait-seconds", \.waitSeconds, 1...86_400, .seconds, title: LocalizedText("Wait", ja: "待機時間"),
            LocalizedText(
                "How long a new sender has to wait. 900 (15 minutes), the product's usual value, outlasts senders that try again at once.",
                ja: "新しい差出人を待たせる時間です。既定値は製品の標準である 900 秒（15 分）で、すぐに再送するだけの送信元を通しません。")),
        .integer(
            "retry-hours", \.retryHours, 1...720, .hours, title: LocalizedText("Time to come again", ja: "再送を待つ期間"),
            LocalizedText(
                "Who has not come again within this time is new again. 48 hours, since some servers try again only a few times a day.",
                ja: "この期間に再送がなければ、再び初めての差出人として扱います。1 日に数回しか再送しないサーバーもあるため、既定値は 48 時間です。")),
        .integer(
            "passed-days", \.passedDays, 1...365, title: LocalizedText("Days for which passed senders are remembered", ja: "通過した差出人の保持日数"),
            LocalizedText(
                "So many days after its last message a sender that has passed is forgotten. 10 is the product's usual value.",
                ja: "通過した差出人を、最後のメッセージからこの日数が過ぎると忘れます。既定値は製品の標準である 10 日です。")),
        .integer(
            "ipv4-prefix", \.ipv4Prefix, 0...32, title: LocalizedText("Bits of IPv4 addresses", ja: "IPv4 アドレスのビット数"),
            LocalizedText(
                "So many bits of the client's address are looked at. 24, since large senders try again from another machine of the same network; 0 looks at sender and recipient alone.",
                ja: "接続元アドレスの先頭から比較するビット数です。大規模な送信元は同じネットワークの別のサーバーから再送するため、既定値は 24 です。0 の場合は差出人と宛先だけを比較します。")),
        .integer(
            "ipv6-prefix", \.ipv6Prefix, 0...128, title: LocalizedText("Bits of IPv6 addresses", ja: "IPv6 アドレスのビット数"),
            LocalizedText(
                "The same for IPv6. 64: no client has less for itself.", ja: "IPv6 の場合のビット数です。1 台のクライアントに割り当てられる最小の範囲である 64 が既定値です。")),
        .boolean(
            "excuse-spf-pass", \.excusesSPF, title: LocalizedText("Excuse senders that pass SPF", ja: "SPF に合格した差出人を対象外にする"),
            LocalizedText(
                "A client that the sender's domain names in its SPF record is not delayed. Off by default: spammers publish SPF records too.",
                ja: "差出人のドメインの SPF レコードが許可する接続元を遅延させません。迷惑メールの送信者も SPF レコードを公開するため、既定では無効です。")),
    ]
}
