import Settings

/// The part of a report that people read, in the languages the settings ask for.
struct ReportText: Sendable {
    let action: ReportedRecipient.Action
    let language: BounceSettings.ReportLanguage
    let recipients: [ReportedRecipient]
    let host: String

    /// Recipients named for people; the fields for programs name all.
    private static let maximumNamed = 100

    private var languages: [Language] {
        switch language {
        case .english: [.english]
        case .japanese: [.japanese]
        case .both: [.english, .japanese]
        }
    }

    var subject: String { languages.map { title[$0] }.joined(separator: " / ") }

    /// Lines end with CRLF.
    var body: String { languages.map(body).joined(separator: "\r\n----\r\n\r\n") }

    private var title: LocalizedText {
        switch action {
        case .failed: LocalizedText("Undelivered mail returned to sender", ja: "メールを配送できませんでした")
        case .delayed: LocalizedText("Mail delivery is delayed", ja: "メールの配送が遅れています")
        case .relayed: LocalizedText("Mail was relayed", ja: "メールを配送しました")
        }
    }

    private func body(_ language: Language) -> String {
        var lines = [Self.opening(host)[language], ""]
        for action in [ReportedRecipient.Action.failed, .delayed, .relayed] {
            let concerned = recipients.filter { $0.action == action }
            guard !concerned.isEmpty else { continue }
            lines += [Self.explanation(action)[language], ""]
            lines += concerned.prefix(Self.maximumNamed).flatMap { ["    <\($0.recipient.address)>", "        \($0.reply)", ""] }
            if concerned.count > Self.maximumNamed { lines += ["    …", ""] }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    private static func opening(_ host: String) -> LocalizedText {
        LocalizedText(
            "This is the mail gateway at \(host).",
            ja: "\(host) のメールゲートウェイからの自動通知です。")
    }

    private static func explanation(_ action: ReportedRecipient.Action) -> LocalizedText {
        switch action {
        case .failed:
            LocalizedText(
                "Your message could not be delivered to the recipients below. It will not be tried again.",
                ja: "次の宛先へメールを配送できませんでした。再送は行いません。")
        case .delayed:
            LocalizedText(
                "Your message has not yet been delivered to the recipients below. It will be tried further; you need not send it again.",
                ja: "次の宛先への配送が遅れています。引き続き配送を試みますので、再送する必要はありません。")
        case .relayed:
            LocalizedText(
                "Your message was handed to the next mail server for the recipients below, which sends no reports of its own.",
                ja: "次の宛先のメールを次のメールサーバーへ渡しました。そのサーバーは配送通知に対応していません。")
        }
    }
}
