import Settings

/// The dashboard.
enum DashboardText: String, CaseIterable, PageText {
    case title
    case healthy
    case failing
    case working
    case attention
    case health
    case lastDay
    case accepted
    case refused
    case postponed
    case quarantined
    case queueSize
    case queueDue
    case unknown
    case unknownHelp
    case activity
    case sessions
    case sessionsOf
    case deliveryConnections
    case activeRecipients
    case memory
    case listeners
    case noListeners
    case node
    case version
    case started
    case settingsRevision
    case nodes
    case domainCount
    case noDomainsTitle
    case noDomains
    case addDomain
    case messagesShown

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Dashboard", ja: "ダッシュボード")
        case .healthy: LocalizedText("Everything works", ja: "すべて正常です")
        case .failing: LocalizedText("Something needs your attention", ja: "対応が必要な項目があります")
        case .working: LocalizedText("Working", ja: "正常")
        case .attention: LocalizedText("Needs attention", ja: "要対応")
        case .health: LocalizedText("Health", ja: "稼働状態")
        case .lastDay: LocalizedText("Last 24 hours", ja: "過去 24 時間")
        case .accepted: LocalizedText("Accepted", ja: "受付")
        case .refused: LocalizedText("Refused", ja: "拒否")
        case .postponed: LocalizedText("Deferred", ja: "一時拒否")
        case .quarantined: LocalizedText("Quarantined", ja: "隔離")
        case .queueSize: LocalizedText("In the queue", ja: "配送キュー")
        case .queueDue: LocalizedText("{} due now", ja: "うち配送時刻を過ぎたもの {} 件")
        case .unknown: LocalizedText("not known", ja: "不明")
        case .unknownHelp: LocalizedText("The database does not answer; see Health.", ja: "データベースが応答していません。稼働状態を確認してください。")
        case .activity: LocalizedText("This node now", ja: "このノードの現在の状況")
        case .sessions: LocalizedText("SMTP sessions", ja: "SMTP セッション")
        case .sessionsOf: LocalizedText("{} of at most {}", ja: "{} / 最大 {}")
        case .deliveryConnections: LocalizedText("Delivery connections", ja: "配送接続")
        case .activeRecipients: LocalizedText("Recipients being delivered", ja: "配送中の宛先")
        case .memory: LocalizedText("Content in memory", ja: "メモリ上の本文")
        case .listeners: LocalizedText("Listeners", ja: "リスナー")
        case .noListeners:
            LocalizedText(
                "None: this node takes no mail. Add listeners in the settings of this node.",
                ja: "なし: このノードはメールを受信しません。「このノード」の設定でリスナーを追加してください。")
        case .node: LocalizedText("Node", ja: "ノード")
        case .version: LocalizedText("Version", ja: "バージョン")
        case .started: LocalizedText("Running since", ja: "起動日時")
        case .settingsRevision: LocalizedText("Settings revision", ja: "設定リビジョン")
        case .nodes: LocalizedText("Nodes", ja: "ノード数")
        case .domainCount: LocalizedText("Domains", ja: "ドメイン数")
        case .noDomainsTitle: LocalizedText("No domain yet", ja: "ドメインがまだありません")
        case .noDomains:
            LocalizedText(
                "The gateway refuses all mail from outside until it knows a domain and its mail server.",
                ja: "ドメインとそのメールサーバーを登録するまで、外部からのメールはすべて拒否します。")
        case .addDomain: LocalizedText("Add the first domain", ja: "最初のドメインを追加")
        case .messagesShown: LocalizedText("Show in the message log", ja: "メッセージログで見る")
        }
    }
}
