import Settings
import UserVerification

/// Call-back verification of senders.
enum CallbackText: String, CaseIterable, PageText {
    case title
    case address
    case addressHelp
    case askNow
    case result
    case reply
    case server
    case noServer
    case tls
    case duration
    case dialogue
    case accepted
    case refused
    case undecided
    case serversAway
    case tooMany

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Ask about a sender now", ja: "差出人を今すぐ照会")
        case .address: LocalizedText("Sender's address", ja: "差出人のアドレス")
        case .addressHelp:
            LocalizedText(
                "The mail servers of its domain are asked by the saved settings, whether mail is verified or not; no message is sent.",
                ja: "受信メールの検証が無効の場合も、保存した設定でドメインのメールサーバーに照会します（メールは送信しません）。")
        case .askNow: LocalizedText("Ask now", ja: "今すぐ照会")
        case .result: LocalizedText("Answer", ja: "照会の結果")
        case .reply: LocalizedText("In its words", ja: "回答の内容")
        case .server: LocalizedText("Mail server", ja: "メールサーバー")
        case .noServer: LocalizedText("none was reached", ja: "接続できませんでした")
        case .tls: LocalizedText("TLS", ja: "TLS")
        case .duration: LocalizedText("Time", ja: "所要時間")
        case .dialogue: LocalizedText("Dialogue", ja: "通信の内容")
        case .accepted: LocalizedText("The sender is accepted", ja: "差出人は有効です")
        case .refused: LocalizedText("The sender is refused", ja: "差出人は拒否されました")
        case .undecided: LocalizedText("No statement on the sender", ja: "判定できません")
        case .serversAway: LocalizedText("The mail servers could not be asked", ja: "照会できません")
        case .tooMany: LocalizedText("Too many questions at once", ja: "同時に照会できる数を超えています")
        }
    }

    static func badge(_ statement: ProbeAnswer.Statement?, _ language: Language) -> Badge {
        switch statement {
        case .accepts: Badge(accepted.text, .good, language)
        case .refuses: Badge(refused.text, .bad, language)
        case .undecided: Badge(undecided.text, .warning, language)
        case .serversAway: Badge(serversAway.text, .warning, language)
        case nil: Badge(tooMany.text, .warning, language)
        }
    }
}
