import Settings

/// How a message was judged, on its page.
enum JudgementText: String, CaseIterable, PageText {
    case title
    case score
    case recordedOnly
    case check
    case outcome
    case finding
    case time
    case milliseconds
    case none

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Checks and verdict", ja: "検査と判定")
        case .score: LocalizedText("Score", ja: "スコア")
        case .recordedOnly: LocalizedText("recorded only, not acted upon", ja: "記録のみ（処理には反映していません）")
        case .check: LocalizedText("Check", ja: "検査")
        case .outcome: LocalizedText("Outcome", ja: "結果")
        case .finding: LocalizedText("What was found", ja: "内容")
        case .time: LocalizedText("Time", ja: "所要時間")
        case .milliseconds: LocalizedText("{} ms", ja: "{} ミリ秒")
        case .none: LocalizedText("No check was asked for this message.", ja: "このメッセージの検査はありません。")
        }
    }
}
