import Settings

/// What digests say.
enum DigestText {
    static let from = LocalizedText("Mail quarantine", ja: "メール隔離通知")
    static let intro = LocalizedText(
        "These messages to you were kept back because they look suspicious. Release only what you were waiting for.",
        ja: "次のメールは、疑わしいためあなたへの配送を止めています。心当たりのあるメールだけを解放してください。")
    static let administratorsIntro = LocalizedText(
        "These messages came into the administrators' quarantine.", ja: "次のメールが管理者の隔離に入りました。")
    static let release = LocalizedText("Release", ja: "解放する")
    static let releaseAndAllow = LocalizedText("Release and allow sender", ja: "解放して差出人を許可")
    static let block = LocalizedText("Block sender", ja: "差出人をブロック")
    static let view = LocalizedText("View", ja: "内容を確認")
    static let all = LocalizedText("All of your quarantine", ja: "隔離されたメールの一覧")
    static let quarantine = LocalizedText("To the quarantine", ja: "隔離の一覧")
    static let sender = LocalizedText("From", ja: "差出人")
    static let subject = LocalizedText("Subject", ja: "件名")
    static let noSubject = LocalizedText("(no subject)", ja: "（件名なし）")
    static let noSender = LocalizedText("(delivery report)", ja: "（配送通知）")
    static let time = LocalizedText("Kept back", ja: "隔離日時")
    static let reason = LocalizedText("Reason", ja: "理由")
    static let noRelease = LocalizedText(
        "Ask your administrator to release what you were waiting for.", ja: "必要なメールの解放は管理者に依頼してください。")
    static let unsubscribe = LocalizedText("No more of these mails", ja: "この通知の配信を停止")

    static func subject(_ count: Int, isForAdministrators: Bool, _ language: Language) -> String {
        let text =
            isForAdministrators
            ? LocalizedText(
                count == 1 ? "Administrators' quarantine: 1 new message" : "Administrators' quarantine: \(count) new messages",
                ja: "【隔離通知】管理者の隔離: 新しいメール \(count) 件")
            : LocalizedText(
                count == 1 ? "1 message to you is in quarantine" : "\(count) messages to you are in quarantine",
                ja: "【隔離通知】隔離されたメールが \(count) 件あります")
        return text[language]
    }

    static func more(_ count: Int, _ language: Language) -> String {
        LocalizedText(
            count == 1 ? "1 more message is not listed here." : "\(count) more messages are not listed here.",
            ja: "このほかに \(count) 件あります（ここには表示していません）。")[language]
    }

    static func validity(_ until: String, _ language: Language) -> String {
        LocalizedText(
            "Each link works once, until \(until). Anybody who has this mail can use them: do not forward it.",
            ja: "各リンクは \(until) まで、1 回だけ使用できます。このメールを持つ人は誰でも使用できるため、転送しないでください。")[language]
    }
}
