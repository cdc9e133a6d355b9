/// Which name servers are asked and how long.
package struct DNSSettings: SettingsSection {
    package var servers: [HostAndPort] = []
    package var timeoutSeconds = 10

    package init() {}

    package static let name = "dns"
    package static let title = LocalizedText("DNS", ja: "DNS")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .list(
            "servers", \.servers, maximumCount: 8,
            title: LocalizedText("Name servers", ja: "ネームサーバー"),
            LocalizedText(
                "Addresses with optional ports, such as 192.0.2.53 or [2001:db8::53]:53. Empty: those of the operating system.",
                ja: "アドレス（必要ならポート付き）です。例: 192.0.2.53、[2001:db8::53]:53。空の場合は OS の設定に従います。"),
            format: { $0.description },
            parse: { (text) throws(SettingsValueError) in
                let server = NetworkAddress(text).map { HostAndPort(host: $0.description, port: 53) } ?? HostAndPort(text, defaultPort: 53)
                guard let server, NetworkAddress(server.host) != nil, server.port > 0 else {
                    throw SettingsValueError("“\(text)” is not the address of a name server", ja: "「\(text)」はネームサーバーのアドレスではありません")
                }
                return server
            }),
        .integer(
            "timeout", \.timeoutSeconds, 1...120, .seconds,
            title: LocalizedText("Wait for an answer", ja: "応答待ち時間"),
            LocalizedText(
                "Per question; afterwards the message is tried again later.", ja: "問い合わせごとの上限です。超過したメッセージは後で再試行します。")),
    ]
}
