package import Mail

/// Aggregate reports to domains that ask for them (RFC 7489 §7.2): who reports, and how long what was seen is kept.
package struct DMARCReportSettings: SettingsSection {
    package var isEnabled = false
    /// Empty: the sender's domain.
    package var organization = ""
    package var sender = ReversePath.null
    /// In A-labels.
    package var excludedDomains: [String] = []
    package var retentionDays = 14

    package init() {}

    package static let name = "dmarc-reports"
    package static let title = LocalizedText("DMARC reports", ja: "DMARC レポート")
    package static let scope = SettingsScopeKind.cluster

    private static let longestDays = 90

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "enabled", \.isEnabled, title: LocalizedText("Send reports", ja: "レポートを送信する"),
            LocalizedText(
                "Tells domains that ask for it (rua= in their DMARC record) once a day how much mail in their name came from which addresses, and what became of it. Addresses of clients and domains go to others: ask who is responsible for data protection first. Off by default. Needs SPF, DKIM and DMARC.",
                ja:
                    "DMARC レコードの rua= でレポートを求めているドメインに、そのドメインを名乗るメールの接続元アドレス、件数、処理結果を 1 日 1 回送信します。接続元アドレスとドメインの情報を外部に提供することになるため、事前に個人情報保護の責任者に確認してください。既定では無効です。SPF、DKIM、DMARC を有効にしておく必要があります。"
            )),
        .value(
            "sender", \.sender, maximumBytes: EmailAddress.maximumOctets, title: LocalizedText("Sender", ja: "差出人"),
            LocalizedText(
                "From which address reports are sent, and where questions about them can be asked, such as dmarc-reports@example.com. Reports are signed with the active DKIM keys of its domain.",
                ja: "レポートの差出人と問い合わせ先のアドレス（例: dmarc-reports@example.com）です。このドメインで使用中の DKIM 鍵でレポートに署名します。"),
            format: \.description,
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return .null }
                // Why it is no address is not more helpful than the address itself.
                guard let address = try? EmailAddress(text), address.domainName != nil,
                    address.description.utf8.allSatisfy({ $0 < 0x80 })
                else {
                    throw SettingsValueError("“\(text)” is not an e-mail address", ja: "「\(text)」はメールアドレスではありません")
                }
                return .address(address)
            }),
        .value(
            "organization", \.organization, maximumBytes: 200, title: LocalizedText("Organization", ja: "組織名"),
            LocalizedText("Who reports. Empty: the domain of the sender.", ja: "レポートを作成する組織の名前です。空の場合は差出人のドメインを使用します。"),
            format: { $0 }, parse: { (text) throws(SettingsValueError) in text }),
        .list(
            "excluded-domains", \.excludedDomains, maximumCount: 500,
            title: LocalizedText("Not to these domains", ja: "対象外のドメイン"),
            LocalizedText(
                "Domains about which nothing is gathered and reported, although they ask for it.", ja: "求められていても、記録とレポートの対象としないドメインです。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                do throws(MailSyntaxError) {
                    return try DomainName(text).ascii
                } catch {
                    throw SettingsValueError("“\(text)” is not a domain", ja: "「\(text)」はドメインではありません")
                }
            }),
        .integer(
            "retention-days", \.retentionDays, 3...longestDays, title: LocalizedText("Keep (days)", ja: "保存期間（日）"),
            LocalizedText(
                "How long what was seen, and the list of reports, are kept.", ja: "記録した内容とレポートの一覧を保存する日数です。")),
    ]

    package func contradictions() -> [SettingsProblem] {
        guard isEnabled, sender.isNull else { return [] }
        return [
            SettingsProblem(
                section: Self.name, field: "sender",
                message: LocalizedText("Reports need a sender.", ja: "レポートの差出人を設定してください。"))
        ]
    }

    package var organizationName: String { organization.isEmpty ? sender.address?.domainName?.unicode ?? "" : organization }
}
