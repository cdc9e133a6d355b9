import Settings

/// What the rows of the cluster's history say; see `AuditWords`.
enum ClusterEventWords {
    static let titles: [String: LocalizedText] = [
        "primary.take": LocalizedText("Primary role taken", ja: "プライマリの引き継ぎ"),
        "primary.designate": LocalizedText("Primary designated", ja: "プライマリの指定"),
        "node.join": LocalizedText("Node joined", ja: "ノードの参加"),
        "node.start": LocalizedText("Node started", ja: "ノードの起動"),
        "node.stop": LocalizedText("Node stopped", ja: "ノードの停止"),
        "node.declare-dead": LocalizedText("Node declared dead", ja: "ノードの停止の判定"),
        "node.mail-adopted": LocalizedText("A dead node's mail taken over", ja: "停止したノードのメールの引き継ぎ完了"),
        "node.drain": LocalizedText("Drain asked for", ja: "切り離しの開始"),
        "node.undrain": LocalizedText("Node brought back", ja: "切り離しの解除"),
        "node.drained": LocalizedText("Node drained", ja: "切り離しの完了"),
        "node.remove": LocalizedText("Node removed", ja: "ノードの削除"),
        "node.clock-alarm": LocalizedText("Clock wrong", ja: "時計の大きなずれ"),
        "node.clock-right": LocalizedText("Clock right again", ja: "時計のずれの解消"),
        "node.folder-away": LocalizedText("Message Data away", ja: "メッセージデータの応答なし"),
        "node.folder-back": LocalizedText("Message Data back", ja: "メッセージデータの復旧"),
    ]

    /// By the noun of the action. Each detail begins like what follows a semicolon.
    static let words: [String: [(english: String, japanese: String)]] = [
        "primary": [("; epoch ", "; エポック "), ("; before: ", "; 前のプライマリ: "), ("; silent for ", "; 無応答の時間 ")],
        "node": [
            ("; incarnation ", "; 起動世代 "), ("; silent for ", "; 無応答の時間 "), ("; recipients ", "; 宛先の数 "),
            (" s after its last sign of life", " 秒（最後の応答から）"), ("; after ", "; 所要時間 "), ("; version ", "; バージョン "),
            (" s ahead of the database server's clock", " 秒、データベースサーバーより進んでいます"),
            (" s behind the database server's clock", " 秒、データベースサーバーより遅れています"),
        ],
    ]
}
