/// How the nodes of a cluster share their duties.
package struct ClusterSettings: SettingsSection {
    package var takesOver = true
    package var drainGraceSeconds = 10

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
                ja: "プライマリの応答が 15 秒間途絶えると、別のノードがその役割を引き継ぎます。指定されたノードが復帰すると、役割はそのノードに戻ります。")),
        .integer(
            "drain-grace", \.drainGraceSeconds, 0...600, .seconds,
            title: LocalizedText("Grace before a drain", ja: "受信停止までの猶予"),
            LocalizedText(
                "When a node is drained, its health page says no at once, and only after this time new SMTP sessions are answered 421: so long the load balancer has to notice. The HAProxy configuration that ships needs 4 seconds.",
                ja: "ノードを切り離すと、ヘルスチェックはただちに失敗を返し、この時間が過ぎてから新しい SMTP セッションに 421 を返します。ロードバランサーが切り離しを検知するための猶予です。付属の HAProxy 設定では 4 秒あれば足ります。"
            )),
    ]
}
