import Settings

/// A node on the cluster's page: how it does, and how it leaves.
enum ClusterNodeText: String, CaseIterable, PageText {
    case announced
    case draining
    case drained
    case drain
    case drainTitle
    case drainText
    case drainLast
    case undrain
    case undrainTitle
    case undrainText
    case remove
    case removeTitle
    case removeText
    case stillRuns
    case held
    case load
    case clock
    case clockWarning
    case clockAlarm
    case noAnswer
    case unknown
    case roundTrips
    case roundTripsValue
    case loadValue
    case heldLeft
    case events
    case allEvents
    case eventsLead
    case noEvents
    case confirmDrain
    case confirmUndrain
    case confirmRemove

    var text: LocalizedText {
        switch self {
        case .announced: LocalizedText("Drain announced", ja: "切り離しを通知中")
        case .draining: LocalizedText("Draining", ja: "切り離し中")
        case .drained: LocalizedText("Drained", ja: "切り離し済み")
        case .drain: LocalizedText("Drain", ja: "切り離す")
        case .drainTitle: LocalizedText("Drain {}?", ja: "{} を切り離しますか?")
        case .drainText:
            LocalizedText(
                "{0} leaves service without losing anything: its health page says no at once, and after {1} seconds new SMTP sessions are answered 421. What runs is let finish, the rest of its mail goes to the other nodes, and it gives the primary role back. It stays drained until it is brought back, over restarts too.",
                ja:
                    "{0} をメールを失うことなく切り離します。ヘルスチェックはただちに失敗を返し、{1} 秒後から新しい SMTP セッションに 421 を返します。実行中の処理は完了を待ち、残りのメールはほかのノードに渡し、プライマリの役割も返します。再起動しても、復帰させるまで切り離したままです。"
            )
        case .drainLast:
            LocalizedText(
                "No other node is in service: nobody will take or deliver mail.",
                ja: "ほかに稼働中のノードがないため、メールの受信も配送も行われなくなります。")
        case .undrain: LocalizedText("Bring back", ja: "復帰させる")
        case .undrainTitle: LocalizedText("Bring {} back into service?", ja: "{} を復帰させますか?")
        case .undrainText:
            LocalizedText("{} takes and delivers mail again within seconds.", ja: "{} は数秒でメールの受信と配送を再開します。")
        case .remove: LocalizedText("Remove", ja: "削除")
        case .removeTitle: LocalizedText("Remove {} from the cluster?", ja: "{} をクラスターから削除しますか?")
        case .removeText:
            LocalizedText(
                "Mail in its hand ({1} recipients) goes to the other nodes, its registration key is revoked, and its own settings are removed. If it starts again it is refused; to join again it needs a new key.",
                ja: "処理中のメール（宛先 {1} 件）はほかのノードに渡します。登録キーは失効し、ノード固有の設定は削除されます。再び起動しても拒否され、参加し直すには新しいキーが必要です。")
        case .stillRuns:
            LocalizedText(
                "Still running: {} sessions, {} deliveries, {} recipients in hand.", ja: "残り: セッション {} 件、配送 {} 件、処理中の宛先 {} 件。")
        case .held: LocalizedText("Recipients in hand", ja: "処理中の宛先")
        case .heldLeft: LocalizedText("{}, and {} not taken over yet", ja: "{}（ほかに未引き継ぎ {}）")
        case .load: LocalizedText("Load", ja: "負荷")
        case .loadValue: LocalizedText("{} sessions, {} deliveries, {} messages a minute; load {}", ja: "セッション {}、配送 {}、受信 {} 通/分、負荷 {}")
        case .clock: LocalizedText("Clock", ja: "時計")
        case .clockWarning: LocalizedText("Not right", ja: "ずれあり")
        case .clockAlarm: LocalizedText("Wrong", ja: "大きなずれ")
        case .noAnswer: LocalizedText("No answer", ja: "応答なし")
        case .unknown: LocalizedText("Not measured yet", ja: "未計測")
        case .roundTrips: LocalizedText("Round trips", ja: "応答時間")
        case .roundTripsValue: LocalizedText("database {}, Message Data {}", ja: "データベース {}、メッセージデータ {}")
        case .events: LocalizedText("Events of the cluster", ja: "クラスターの出来事")
        case .allEvents: LocalizedText("All events", ja: "すべて表示")
        case .eventsLead:
            LocalizedText(
                "Nodes that came and went, the primary role, drains, keys and clocks.", ja: "ノードの参加と離脱、プライマリの交代、切り離し、登録キー、時計についての記録です。")
        case .noEvents: LocalizedText("Nothing has happened yet", ja: "まだ記録はありません")
        case .confirmDrain: LocalizedText("Drain the node", ja: "切り離す")
        case .confirmUndrain: LocalizedText("Bring it back", ja: "復帰させる")
        case .confirmRemove: LocalizedText("Remove the node", ja: "削除する")
        }
    }
}
