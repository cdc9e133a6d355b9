import AggregateReports
import Settings

/// DMARC reports to other domains.
enum AggregateReportText: String, CaseIterable, PageText {
    case title
    case lead
    case more
    case isOff
    case domain
    case day
    case messages
    case rows
    case state
    case recipients
    case reason
    case size
    case made
    case mail
    case pending
    case pendingLead
    case noPending
    case sentTitle
    case empty
    case emptyHelp
    case view
    case viewTitle
    case targets
    case source
    case disposition
    case dkim
    case spf
    case headerFrom
    case xml
    case removed
    case send
    case sendHelp
    case passes
    case fails
    case shortened

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("DMARC reports", ja: "DMARC レポート")
        case .lead:
            LocalizedText(
                "Once a day, domains that ask for it are told which addresses sent mail in their name, and what became of it.",
                ja: "レポートを求めているドメインに、そのドメインを名乗るメールの接続元と処理結果を 1 日 1 回送信します。")
        case .more: LocalizedText("Settings of DMARC reports", ja: "DMARC レポートの設定")
        case .isOff: LocalizedText("Reports are off; nothing is gathered.", ja: "レポートは無効です。記録していません。")
        case .domain: LocalizedText("Domain", ja: "ドメイン")
        case .day: LocalizedText("Day (UTC)", ja: "日（UTC）")
        case .messages: LocalizedText("Messages", ja: "通数")
        case .rows: LocalizedText("Rows", ja: "行数")
        case .state: LocalizedText("State", ja: "状態")
        case .recipients: LocalizedText("Sent to", ja: "送信先")
        case .reason: LocalizedText("Left out", ja: "除外と理由")
        case .size: LocalizedText("Size", ja: "サイズ")
        case .made: LocalizedText("Made", ja: "作成")
        case .mail: LocalizedText("Mail", ja: "メール")
        case .pending: LocalizedText("Not reported yet", ja: "未送信")
        case .pendingLead:
            LocalizedText(
                "The primary sends the reports of a day after its end, in UTC. Numbers may lag by half a minute.",
                ja: "プライマリが、UTC で日付が変わった後に前日のレポートを送信します。件数の反映には 30 秒ほどかかります。")
        case .noPending: LocalizedText("Nothing is waiting.", ja: "未送信のレポートはありません。")
        case .sentTitle: LocalizedText("Sent and skipped", ja: "処理済み")
        case .empty: LocalizedText("No reports yet", ja: "レポートはまだありません")
        case .emptyHelp: LocalizedText("The first ones are sent after the end of the day.", ja: "最初のレポートは、日付が変わった後に送信します。")
        case .view: LocalizedText("Show", ja: "表示")
        case .viewTitle: LocalizedText("Report about {}", ja: "{} のレポート")
        case .targets: LocalizedText("The domain wants it at", ja: "ドメインが指定する送信先")
        case .source: LocalizedText("Client", ja: "接続元")
        case .disposition: LocalizedText("Treated as", ja: "処理")
        case .dkim: LocalizedText("DKIM", ja: "DKIM")
        case .spf: LocalizedText("SPF", ja: "SPF")
        case .headerFrom: LocalizedText("From", ja: "From")
        case .xml: LocalizedText("The report (XML)", ja: "レポート（XML）")
        case .removed: LocalizedText("What was seen on that day is removed by now.", ja: "その日の記録はすでに削除されています。")
        case .send: LocalizedText("Send now", ja: "今すぐ送信")
        case .sendHelp: LocalizedText("A report is sent once; the day has to be over.", ja: "レポートは 1 回だけ、その日が終わってから送信できます。")
        case .passes: LocalizedText("pass", ja: "成功")
        case .fails: LocalizedText("fail", ja: "失敗")
        case .shortened: LocalizedText("Only the beginning is shown.", ja: "先頭部分だけを表示しています。")
        }
    }
}

extension AggregateReport.State {
    var title: LocalizedText {
        switch self {
        case .sent: LocalizedText("Queued", ja: "送信済み")
        case .skipped: LocalizedText("Skipped", ja: "送信なし")
        }
    }
}
