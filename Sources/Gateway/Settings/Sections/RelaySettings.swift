/// Who may send through the gateway to addresses that are not ours. Closed by default: never an open relay.
package struct RelaySettings: SettingsSection {
    package var trustedNetworks: [NetworkRange] = []

    package init() {}

    package static let name = "relay"
    package static let title = LocalizedText("Relay control", ja: "中継制御")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .list(
            "trusted-networks", \.trustedNetworks, maximumCount: 500,
            title: LocalizedText("Trusted networks", ja: "信頼するネットワーク"),
            LocalizedText(
                "Addresses and networks that may send to any recipient, such as the company's own mail servers. Empty by default.",
                ja: "任意の宛先への送信を許可するアドレスとネットワーク（自社のメールサーバーなど）です。既定では空です。"),
            format: { $0.description }, parse: NetworkRange.parse)
    ]

    /// A range of everybody would make the gateway an open relay.
    package func contradictions() -> [SettingsProblem] {
        guard let range = trustedNetworks.first(where: { $0.prefixLength < ($0.address.isIPv4 ? 8 : 16) }) else { return [] }
        return [
            SettingsProblem(
                section: Self.name, field: "trusted-networks",
                message: LocalizedText(
                    "\(range) would let a large part of the Internet relay; at least /8 (IPv6: /16) is required",
                    ja: "\(range) は範囲が広すぎます。/8（IPv6 は /16）以上のプレフィックス長を指定してください"))
        ]
    }

    package func allowsRelaying(from address: NetworkAddress) -> Bool {
        trustedNetworks.contains { $0.contains(address) }
    }
}
