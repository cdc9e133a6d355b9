/// Lists of domains in links that others publish in DNS, and how many links are asked about.
package struct URLBlockListSettings: SettingsSection {
    package var lists: [DNSBlockList] = []
    package var maximumDomains = 20

    package init() {}

    package static let name = "url-block-lists"
    package static let title = LocalizedText("URL block lists", ja: "URL ブロックリスト")
    package static let scope = SettingsScopeKind.cluster
    /// All are asked at once about every domain of a message.
    package static let maximumLists = 5

    package static let fields: [SettingsField<Self>] = [
        .list(
            "lists", \.lists, maximumCount: maximumLists, title: LocalizedText("Lists", ja: "リスト"),
            LocalizedText(
                "One a line: zone, then a score or “reject”, then the answers that count, as for the DNS block lists, such as “uri.example.org 4.0 127.0.0.2-64”. They are asked about the registered domains of links in texts and HTML. Empty by default: most lists have terms of use.",
                ja:
                    "1 行に 1 件、DNS ブロックリストと同じ形式で書きます（例: uri.example.org 4.0 127.0.0.2-64）。本文と HTML のリンクの登録ドメインを照会します。利用条件のあるリストが多いため、既定では空です。"
            ),
            format: { $0.description }, parse: DNSBlockList.parse
        ).weighing,
        .integer(
            "maximum-domains", \.maximumDomains, 1...50, title: LocalizedText("Domains of a message", ja: "1 メッセージで照会するドメイン数"),
            LocalizedText(
                "At most so many different domains are asked about, the first ones in the message.",
                ja: "メッセージの先頭から、この数までの異なるドメインを照会します。")),
    ]
}
