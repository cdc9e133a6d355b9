/// Settings of one protected domain.
package struct DomainSettings: SettingsSection {
    package var recipients = RecipientPolicy.any
    package var maximumMessageBytes = 0
    package var backscatter = Backscatter.off

    package init() {}

    package static let name = "domain"
    package static let title = LocalizedText("Domain", ja: "ドメイン")
    package static let scope = SettingsScopeKind.domain

    package static let fields: [SettingsField<Self>] = [
        .choice(
            "recipients", \.recipients,
            [
                (.any, LocalizedText("Every address of the domain", ja: "ドメインのすべてのアドレス")),
                (.listed, LocalizedText("Only listed addresses", ja: "登録したアドレスのみ")),
                (.callForward, LocalizedText("Listed ones, and those its mail servers accept", ja: "登録したアドレスとメールサーバーが受け付けるアドレス")),
            ],
            title: LocalizedText("Accepted recipients", ja: "受け付ける宛先"),
            LocalizedText(
                "Whether unlisted addresses of the domain are accepted. With “listed”, others get 550 5.1.1 at RCPT. With “call-forward” the domain's mail servers are asked about others, and what they refuse gets 550 5.1.1; how they are asked stands in the settings of user verification.",
                ja:
                    "登録していないアドレスを受け付けるかどうかです。「登録したアドレスのみ」では、それ以外の宛先に 550 5.1.1 を返します。「メールサーバーが受け付けるアドレス」を含める場合は、登録していない宛先をメールサーバーに照会し（コールフォワード）、拒否された宛先に 550 5.1.1 を返します。照会の方法は「ユーザー検証」の設定で指定します。"
            )),
        .integer(
            "maximum-message-bytes", \.maximumMessageBytes, 0...2_147_483_647, .bytes,
            title: LocalizedText("Largest message", ja: "メッセージの最大サイズ"),
            LocalizedText(
                "Smaller limit for messages to this domain; 0: the gateway's limit alone.", ja: "このドメイン宛の上限です。0 の場合は全体の上限だけを適用します。")),
        .choice(
            "backscatter", \.backscatter,
            [
                (.off, LocalizedText("Nothing", ja: "何もしない")), (.mark, LocalizedText("Mark return addresses", ja: "返送先に印を付ける")),
                (.check, LocalizedText("Mark them, and refuse reports without a mark", ja: "印を付け、印のない通知を拒否する")),
            ],
            title: LocalizedText("Bounces of forged mail (backscatter)", ja: "詐称メールの配送通知（バックスキャッター）"),
            LocalizedText(
                "Mail of the domain's users that leaves the gateway gets a return address with a mark that only this cluster can make (BATV, prvs=…). Reports with the null sender that come back without it are of mail that somebody else sent in the domain's name. Mark for a week before refusing, so that reports of older mail arrive; and only if all mail of the domain leaves through the gateway. Off by default: a few lists know their members by the return address.",
                ja:
                    "ドメインのユーザーのメールがゲートウェイから出る際、このクラスターだけが作れる印を返送先アドレスに付けます（BATV、prvs=…）。印のない空の差出人の通知は、他者がドメインを詐称して送信したメールに対するものです。以前のメールの通知も届くよう、拒否を始める前に 1 週間は印だけを付けてください。ドメインのすべてのメールがゲートウェイを経由する場合にだけ使用してください。返送先アドレスで会員を識別するメーリングリストもあるため、既定では無効です。"
            )),
    ]

    /// What is done about bounces of mail that was never sent from here.
    package enum Backscatter: String, Sendable, Hashable {
        case off
        /// Return addresses of outbound mail are marked.
        case mark
        /// And reports without a mark are refused.
        case check
    }

    package enum RecipientPolicy: String, Sendable, Hashable {
        case any, listed
        /// Unlisted addresses are asked about at the domain's mail servers.
        case callForward = "call-forward"
    }
}
