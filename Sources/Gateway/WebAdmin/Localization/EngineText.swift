import OutsideEngines
import Settings

/// Outside engines on the pages of their settings.
enum EngineText: String, CaseIterable, PageText {
    case title
    case tryNow
    case tryHelp
    case answers
    case off
    case unknown
    case working
    case failing
    case paused
    case health
    case since
    case version
    case answered
    case failed

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("On this node, {}", ja: "このノード（{}）の状態")
        case .tryNow: LocalizedText("Try the connection", ja: "接続を確認")
        case .tryHelp:
            LocalizedText(
                "Asks the engine at {} for a sign of life, as the saved settings have it. No message is sent.",
                ja: "保存済みの設定で、{} のエンジンの応答を確認します。メッセージは送信しません。")
        case .answers: LocalizedText("{0} answers after {1} ms: {2}", ja: "{0} は {1} ms で応答しました: {2}")
        case .off: LocalizedText("Off", ja: "無効")
        case .unknown: LocalizedText("Not asked yet", ja: "未確認")
        case .working: LocalizedText("Working", ja: "正常")
        case .failing: LocalizedText("Failing", ja: "失敗")
        case .paused: LocalizedText("Away", ja: "応答なし")
        case .health: LocalizedText("Health", ja: "状態")
        case .since: LocalizedText("Since", ja: "開始")
        case .version: LocalizedText("Version", ja: "バージョン")
        case .answered: LocalizedText("Messages looked at since the start", ja: "起動後に検査したメッセージ")
        case .failed: LocalizedText("Messages it could not look at", ja: "検査できなかったメッセージ")
        }
    }

    static func badge(_ standing: EngineStanding, _ language: Language) -> Badge {
        guard standing.isEnabled else { return Badge(off.text, .neutral, language) }
        switch standing.health {
        case .unknown: return Badge(unknown.text, .neutral, language)
        case .working: return Badge(working.text, .good, language)
        case .failing: return Badge(failing.text, .warning, language)
        case .paused: return Badge(paused.text, .bad, language)
        }
    }
}
