/// Settings of one protected domain.
package struct DomainSettings: SettingsSection {
    package var recipients = RecipientPolicy.any
    package var maximumMessageBytes = 0

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
            ],
            title: LocalizedText("Accepted recipients", ja: "受け付ける宛先"),
            LocalizedText(
                "Whether unlisted addresses of the domain are accepted. With “listed”, others get 550 5.1.1 at RCPT.",
                ja: "登録していないアドレスを受け付けるかどうかです。「登録したアドレスのみ」では、それ以外の宛先に 550 5.1.1 を返します。")),
        .integer(
            "maximum-message-bytes", \.maximumMessageBytes, 0...2_147_483_647, .bytes,
            title: LocalizedText("Largest message", ja: "メッセージの最大サイズ"),
            LocalizedText(
                "Smaller limit for messages to this domain; 0: the gateway's limit alone.", ja: "このドメイン宛の上限です。0 の場合は全体の上限だけを適用します。")),
    ]

    package enum RecipientPolicy: String, Sendable, Hashable {
        case any, listed
    }
}
