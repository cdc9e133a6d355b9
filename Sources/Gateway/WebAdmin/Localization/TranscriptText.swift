import Settings

/// SMTP transcripts.
enum TranscriptText: String, CaseIterable, PageText {
    case title
    case lead
    case section
    case received
    case attempt
    case none
    case gone
    case unavailable
    case cut
    case open
    case download
    case later
    case address
    case addressProblem
    case way
    case any
    case inbound
    case outbound
    case state
    case troubled
    case good
    case onlyTroubled
    case begun
    case empty
    case emptyHelp
    case searchedBackTo
    case more
    case link
    case utc

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("SMTP transcripts", ja: "SMTP 通信記録")
        case .lead:
            LocalizedText(
                "Commands and replies of sessions with this gateway and of deliveries, also of those that brought no message. A dialogue appears when it has ended.",
                ja: "このゲートウェイへの接続と配送のコマンドと応答です。メッセージを伴わなかった接続も含みます。通信が終わると表示されます。")
        case .section: LocalizedText("SMTP transcripts", ja: "SMTP 通信記録")
        case .received: LocalizedText("Reception", ja: "受信")
        case .attempt: LocalizedText("Attempt {0}, {1}", ja: "{0} 回目の配送、{1}")
        case .none: LocalizedText("No transcript of this message was kept.", ja: "このメッセージの通信記録は保存されていません。")
        case .gone:
            LocalizedText(
                "It is not there: the dialogue still goes on, it was not kept, or its time is over.",
                ja: "通信記録がありません。通信がまだ続いているか、保存されていないか、保存期間を過ぎています。")
        case .unavailable:
            LocalizedText("The folder of the transcripts does not answer at the moment.", ja: "通信記録のフォルダーが応答していません。")
        case .cut: LocalizedText("There is more: show the whole transcript.", ja: "続きがあります。全体を表示してください。")
        case .open: LocalizedText("Whole transcript", ja: "全体を表示")
        case .download: LocalizedText("Download as text", ja: "テキストでダウンロード")
        case .later: LocalizedText("Further attempts", ja: "その他の配送")
        case .address: LocalizedText("IP address", ja: "IP アドレス")
        case .addressProblem: LocalizedText("Enter an IP address.", ja: "IP アドレスを入力してください。")
        case .way: LocalizedText("Direction", ja: "方向")
        case .any: LocalizedText("Any", ja: "すべて")
        case .inbound: LocalizedText("Reception", ja: "受信")
        case .outbound: LocalizedText("Delivery", ja: "配送")
        case .state: LocalizedText("State", ja: "状態")
        case .troubled: LocalizedText("Refused or failed", ja: "拒否または失敗")
        case .good: LocalizedText("Good", ja: "正常")
        case .onlyTroubled: LocalizedText("Refused or failed only", ja: "拒否または失敗のみ")
        case .begun: LocalizedText("Begun (UTC)", ja: "開始日時（UTC）")
        case .empty: LocalizedText("No transcript here", ja: "通信記録はありません")
        case .emptyHelp:
            LocalizedText(
                "Either there was no such dialogue, or it was not kept; see the settings.", ja: "該当する通信がないか、保存されていません。設定を確認してください。")
        case .searchedBackTo:
            LocalizedText("Searched back to {}. Nothing older was looked at yet.", ja: "{} まで検索しました。それより前はまだ検索していません。")
        case .more: LocalizedText("Settings of the transcripts", ja: "通信記録の設定")
        case .link: LocalizedText("SMTP transcripts", ja: "SMTP 通信記録")
        case .utc: LocalizedText("Times are UTC.", ja: "時刻は UTC です。")
        }
    }
}
