import Settings

/// The Scoring page.
enum ScoringText: String, CaseIterable, PageText {
    case title
    case lead
    case thresholds
    case recordOnly
    case off
    case weights
    case weightsLead
    case finding
    case value
    case lists
    case listsText
    case exceptions
    case exceptionsLead
    case noExceptions
    case chooseDomain
    case domain
    case scoring
    case ownThresholds
    case change
    case changed

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Scoring", ja: "スコア判定")
        case .lead:
            LocalizedText(
                "What the checks find adds up to a message's score, and the thresholds decide what the score leads to. Each message's page shows every finding with its score and the time it took.",
                ja: "検査結果のスコアを合計し、しきい値によってメッセージの扱いを決めます。各メッセージの画面に、検査ごとの結果、スコア、所要時間を表示します。")
        case .thresholds: LocalizedText("For all domains", ja: "全ドメイン共通")
        case .recordOnly:
            LocalizedText(
                "Record only: what would be done is stored with each message, and every message passes.",
                ja: "記録のみ: 本来の判定をメッセージごとに記録し、すべてのメッセージを通します。")
        case .off: LocalizedText("Filtering is off: no message is judged.", ja: "フィルタリングは無効です。メッセージを検査しません。")
        case .weights: LocalizedText("What each finding counts", ja: "検査ごとのスコアと扱い")
        case .weightsLead: LocalizedText("The headings lead to the settings.", ja: "見出しから設定画面を開けます。")
        case .finding: LocalizedText("Finding", ja: "検査結果")
        case .value: LocalizedText("Counts", ja: "スコアまたは扱い")
        case .lists: LocalizedText("Allow and block lists", ja: "許可・ブロックリスト")
        case .listsText:
            LocalizedText(
                "A block entry refuses. An allow entry excuses everything but what is dangerous in itself, such as viruses and blocked attachments.",
                ja: "ブロックの項目に該当すると拒否します。許可の項目は、ウイルスや禁止した添付ファイルなど危険なものを除き、すべての検査結果を免除します。")
        case .exceptions: LocalizedText("Exceptions of domains", ja: "ドメインごとの例外")
        case .exceptionsLead:
            LocalizedText(
                "A message for several domains is judged for each: refused if all refuse it, put off if one puts it off; otherwise it is accepted, and whoever would refuse it or keep it back finds it in quarantine.",
                ja: "複数のドメイン宛のメッセージは、ドメインごとに判定します。すべてが拒否の場合は拒否し、1 つでも一時拒否の場合は一時拒否します。それ以外は受け付け、拒否または隔離のドメイン宛の分だけを隔離します。")
        case .noExceptions: LocalizedText("No domain has an exception.", ja: "例外のあるドメインはありません。")
        case .chooseDomain: LocalizedText("Choose a domain", ja: "ドメインを選択")
        case .domain: LocalizedText("Domain", ja: "ドメイン")
        case .scoring: LocalizedText("Scoring", ja: "スコア判定")
        case .ownThresholds: LocalizedText("Quarantine from {}, refuse from {}", ja: "隔離: {} 以上、拒否: {} 以上")
        case .change: LocalizedText("Change", ja: "変更")
        case .changed: LocalizedText("Changed; default: {}", ja: "変更済み（既定値: {}）")
        }
    }
}
