package import Mail

/// How much one address and one user may send, over all nodes together, and when an account counts as stolen.
package struct RateLimitSettings: SettingsSection {
    package var addressMessages = 0
    package var addressRecipients = 0
    package var userMessages = 0
    package var userRecipients = 0
    package var freezeRecipients = 0
    package var freezeNetworks = 0
    package var freezeMinutes = 10
    package var noticeRecipient = ReversePath.null

    package init() {}

    package static let name = "rate-limits"
    package static let title = LocalizedText("Rate limits", ja: "送信量の制限")
    package static let scope = SettingsScopeKind.cluster

    private static let most = 10_000_000

    package static let fields: [SettingsField<Self>] = [
        .integer(
            "address-messages", \.addressMessages, 0...most,
            title: LocalizedText("Messages an hour of one address", ja: "アドレスごとの 1 時間あたりのメッセージ数"),
            LocalizedText(
                "Accepted messages of one client (IPv6: its /64) that has not signed in; further ones are answered 451 and may come later. 0, the default, sets no limit. Trusted networks, load balancers and allow-listed networks have none. Nodes tell each other their figures every few seconds, from a tenth of a limit on; until then, and in between, a little more may pass.",
                ja:
                    "サインインしていない接続元（IPv6 は /64 単位）から受け付けるメッセージ数です。超えた分には 451 を返し、後の再送で受け付けます。既定値の 0 は無制限です。信頼するネットワーク、ロードバランサー、許可リストのネットワークは対象外です。各ノードは制限の 10 分の 1 に達した後、数秒ごとに回数を共有するため、制限をわずかに超えることがあります。"
            )),
        .integer(
            "address-recipients", \.addressRecipients, 0...most,
            title: LocalizedText("Recipients an hour of one address", ja: "アドレスごとの 1 時間あたりの宛先数"),
            LocalizedText("The same for accepted recipients.", ja: "受け付ける宛先数についての同じ制限です。")),
        .integer(
            "user-messages", \.userMessages, 0...most,
            title: LocalizedText("Messages an hour of one user", ja: "ユーザーごとの 1 時間あたりのメッセージ数"),
            LocalizedText(
                "Messages of a user who has signed in, from whatever address; further ones are answered 451. 0, the default, sets no limit.",
                ja: "サインインしたユーザーが送信できるメッセージ数です（接続元のアドレスは問いません）。超えた分には 451 を返します。既定値の 0 は無制限です。")),
        .integer(
            "user-recipients", \.userRecipients, 0...most,
            title: LocalizedText("Recipients an hour of one user", ja: "ユーザーごとの 1 時間あたりの宛先数"),
            LocalizedText("The same for recipients.", ja: "宛先数についての同じ制限です。")),
        .integer(
            "freeze-recipients", \.freezeRecipients, 0...most,
            title: LocalizedText("Freeze a user from recipients", ja: "ユーザーを停止する宛先数"),
            LocalizedText(
                "A user with more recipients than this within the minutes below is frozen: all nodes refuse his mail with a clear sentence until an administrator lifts the ban on the page “Bans”. For accounts whose password was stolen. 0, the default, freezes nobody.",
                ja: "下の時間内にこの数を超える宛先に送信したユーザーを停止します。管理者が「接続制限」のページで解除するまで、全ノードが理由を示して送信を拒否します。パスワードを盗まれたアカウントへの対策です。既定値の 0 は停止しません。")),
        .integer(
            "freeze-networks", \.freezeNetworks, 0...1_000,
            title: LocalizedText("Freeze a user from networks", ja: "ユーザーを停止するネットワーク数"),
            LocalizedText(
                "The same for a user who sends from more networks (IPv4: /24, IPv6: /48) than this within the minutes below. 0, the default, freezes nobody.",
                ja: "下の時間内にこの数を超えるネットワーク（IPv4 は /24、IPv6 は /48）から送信したユーザーを停止します。既定値の 0 は停止しません。")),
        .integer(
            "freeze-minutes", \.freezeMinutes, 5...60, .minutes,
            title: LocalizedText("Minutes for freezing", ja: "停止を判断する時間"),
            LocalizedText("The time within which both are counted, in steps of five minutes.", ja: "上の 2 つを数える時間です。5 分単位で数えます。")),
        .value(
            "notice-recipient", \.noticeRecipient, maximumBytes: EmailAddress.maximumOctets,
            title: LocalizedText("Tell by mail", ja: "メールで通知"),
            LocalizedText(
                "Who is told by mail when a user was frozen, such as postmaster@example.com. Empty: nobody; the page “Bans” and the log say it in any case.",
                ja: "ユーザーを停止したときにメールで通知する宛先（例: postmaster@example.com）です。空の場合は通知しません。「接続制限」ページとログには常に記録します。"),
            format: \.description,
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return .null }
                // Why it is no address is not more helpful than the address itself.
                guard let address = try? EmailAddress(text) else {
                    throw SettingsValueError("“\(text)” is not an e-mail address", ja: "「\(text)」はメールアドレスではありません")
                }
                return .address(address)
            }),
    ]

    /// Whether anything is counted at all.
    package var isInUse: Bool { countsAddresses || countsUsers }
    package var countsAddresses: Bool { addressMessages > 0 || addressRecipients > 0 }
    package var countsUsers: Bool { userMessages > 0 || userRecipients > 0 || freezeRecipients > 0 || freezeNetworks > 0 }
}
