/// Dynamic screening: addresses that misbehave are shut out of SMTP for a while, on all nodes.
package struct ScreeningSettings: SettingsSection {
    package var isOn = false
    package var maximumConnections = 10
    package var connectionMinutes = 5
    package var maximumBadRecipients = 10
    package var maximumFailedSignIns = 3
    package var failureMinutes = 10
    package var banMinutes = 10

    package init() {}

    package static let name = "screening"
    package static let title = LocalizedText("Dynamic screening", ja: "動的スクリーニング")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "enabled", \.isOn, title: LocalizedText("Dynamic screening", ja: "動的スクリーニング"),
            LocalizedText(
                "An address (IPv6: its /64) that reaches one of the limits below is refused by all nodes for the time of the ban. Each node counts by itself. Off by default. This host itself, trusted networks, load balancers (PROXY protocol) and allow-listed networks are never banned. Bans entered by hand hold whether this is on or off.",
                ja:
                    "下の上限に達したアドレス（IPv6 は /64 単位）を、制限時間の間、全ノードで拒否します。回数はノードごとに数えます。既定では無効です。このホスト自身、信頼するネットワーク、ロードバランサー（PROXY プロトコル）、許可リストのネットワークは制限しません。手動で登録した接続制限は、この設定にかかわらず有効です。"
            )),
        .integer(
            "maximum-connections", \.maximumConnections, 0...100_000,
            title: LocalizedText("Connections", ja: "接続回数"),
            LocalizedText(
                "More connections than this within the minutes below lead to a ban; 0 does not count them. 10 is the product's usual value; raise it where large senders write to you.",
                ja: "下の時間内にこの回数を超えて接続すると制限します。0 の場合は数えません。既定値は製品の標準である 10 です。大規模な送信元から多くのメールを受け取る場合は大きくしてください。")),
        .integer(
            "connection-minutes", \.connectionMinutes, 1...1_440, .minutes,
            title: LocalizedText("Minutes for connections", ja: "接続回数を数える時間"),
            LocalizedText("The time within which connections are counted.", ja: "接続回数を数える時間です。")),
        .integer(
            "maximum-bad-recipients", \.maximumBadRecipients, 0...100_000,
            title: LocalizedText("Refused recipients", ja: "拒否した宛先の数"),
            LocalizedText(
                "So many recipients refused as unknown or not ours lead to a ban; 0 does not count them. 10 is the product's usual value.",
                ja: "存在しない宛先や取り扱わない宛先をこの回数指定すると制限します。0 の場合は数えません。既定値は製品の標準である 10 です。")),
        .integer(
            "maximum-failed-sign-ins", \.maximumFailedSignIns, 0...100_000,
            title: LocalizedText("Failed sign-ins", ja: "認証の失敗回数"),
            LocalizedText(
                "So many wrong passwords over SMTP lead to a ban; 0 does not count them. 3 is the product's usual value.",
                ja: "SMTP 認証にこの回数失敗すると制限します。0 の場合は数えません。既定値は製品の標準である 3 です。")),
        .integer(
            "failure-minutes", \.failureMinutes, 1...1_440, .minutes,
            title: LocalizedText("Minutes for failures", ja: "失敗を数える時間"),
            LocalizedText(
                "The time within which refused recipients and failed sign-ins are counted, over all connections of the address.",
                ja: "拒否した宛先と認証の失敗を、アドレスのすべての接続について数える時間です。")),
        .integer(
            "ban-minutes", \.banMinutes, 1...43_200, .minutes,
            title: LocalizedText("Length of a ban", ja: "制限時間"),
            LocalizedText(
                "So long connections of the address are answered 421. 10 minutes, the product's usual value: a mail server that was banned by mistake loses nothing, it tries again.",
                ja: "この間、アドレスからの接続に 421 を返します。既定値は製品の標準である 10 分で、誤って制限されたメールサーバーも後で再送するため、メールは失われません。")),
    ]
}
