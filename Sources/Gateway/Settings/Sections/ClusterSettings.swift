/// How the nodes of a cluster share their duties.
package struct ClusterSettings: SettingsSection {
    package var takesOver = true

    package init() {}

    package static let name = "cluster"
    package static let title = LocalizedText("Cluster", ja: "クラスター")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "automatic-takeover", \.takesOver,
            title: LocalizedText("Automatic takeover", ja: "自動引き継ぎ"),
            LocalizedText(
                "When the primary is silent for 15 seconds, another node takes its duties over. The designated node gets them back when it returns.",
                ja: "プライマリの応答が 15 秒間途絶えると、別のノードがその役割を引き継ぎます。指定されたノードが復帰すると、役割はそのノードに戻ります。"))
    ]
}
