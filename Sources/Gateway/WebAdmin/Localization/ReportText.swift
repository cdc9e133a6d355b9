import MessageLog
import Settings

/// Reports.
enum ReportText: String, CaseIterable, PageText {
    case title
    case lead
    case period
    case hour
    case day
    case month
    case mailPerHour
    case chartTitle
    case chartDescription
    case table
    case start
    case result
    case messages
    case size
    case total
    case noMail
    case topSenders
    case topRecipients
    case topHelp
    case address
    case openReports

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Reports", ja: "レポート")
        case .lead:
            LocalizedText(
                "How much mail came when, and who sends and receives the most. All times in UTC.",
                ja: "メールの件数の推移と、送受信の多いアドレスを表示します。時刻はすべて UTC です。")
        case .period: LocalizedText("By", ja: "集計単位")
        case .hour: LocalizedText("Hour", ja: "時間別")
        case .day: LocalizedText("Day", ja: "日別")
        case .month: LocalizedText("Month", ja: "月別")
        case .mailPerHour: LocalizedText("Mail per hour", ja: "時間あたりのメール件数")
        case .chartTitle: LocalizedText("Messages by result", ja: "結果別のメッセージ数")
        case .chartDescription:
            LocalizedText(
                "{} messages in all, at most {} in one bar. The table below has every number.",
                ja: "合計 {} 件、1 本の棒の最大は {} 件です。すべての数値は下の表にあります。")
        case .table: LocalizedText("The numbers as a table", ja: "数値を表で見る")
        case .start: LocalizedText("From (UTC)", ja: "開始（UTC）")
        case .result: LocalizedText("Result", ja: "結果")
        case .messages: LocalizedText("Messages", ja: "件数")
        case .size: LocalizedText("Size", ja: "サイズ")
        case .total: LocalizedText("Total", ja: "合計")
        case .noMail: LocalizedText("No mail in this time.", ja: "この期間のメールはありません。")
        case .topSenders: LocalizedText("Most frequent senders", ja: "送信の多いアドレス")
        case .topRecipients: LocalizedText("Most frequent recipients", ja: "受信の多いアドレス")
        case .topHelp:
            LocalizedText(
                "Accepted mail, by whole days. Written once a minute; each node keeps its 100 most frequent addresses of a day.",
                ja: "受け付けたメールを日単位で集計しています。1 分ごとに更新され、ノードごとに 1 日の上位 100 アドレスを保存します。")
        case .address: LocalizedText("Address", ja: "アドレス")
        case .openReports: LocalizedText("All reports", ja: "レポートを開く")
        }
    }

    static func of(_ period: StatisticsPeriod) -> ReportText {
        switch period {
        case .hour: .hour
        case .day: .day
        case .month: .month
        }
    }

    /// `2026-11-23 10:00`, `2026-11-23` or `2026-11`.
    static func label(_ start: UTCTime, _ period: StatisticsPeriod) -> String {
        let text = ShownValue.time(start)
        switch period {
        case .hour: return String(text.prefix(16))
        case .day: return String(text.prefix(10))
        case .month: return String(text.prefix(7))
        }
    }

    /// `10:00`, `11-23` or `2026-11`.
    static func shortLabel(_ start: UTCTime, _ period: StatisticsPeriod) -> String {
        let text = label(start, period)
        switch period {
        case .hour: return String(text.suffix(5))
        case .day: return String(text.suffix(5))
        case .month: return text
        }
    }
}
