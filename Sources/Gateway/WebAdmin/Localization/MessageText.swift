import Settings

/// The message log.
enum MessageText: String, CaseIterable, PageText {
    case title
    case text
    case direction
    case result
    case from
    case until
    case any
    case dateProblem
    case rangeProblem
    case time
    case sender
    case recipients
    case subject
    case noSubject
    case noContent
    case nullSender
    case moreRecipients
    case empty
    case emptyHelp
    case emptyFilter
    case emptyFilterHelp
    case envelope
    case decision
    case reason
    case headerFrom
    case messageID
    case client
    case hello
    case protocolName
    case tls
    case noTLS
    case gateway
    case size
    case node
    case identifier
    case recipientStates
    case address
    case state
    case lastReply
    case updated
    case history
    case event
    case at
    case attempt
    case nextHop
    case reply
    case duration
    case milliseconds
    case noHistory
    case noHistoryRefused
    case inQueue
    case inQuarantine
    case signedIn
    case viaAlias
    case more
    case senderCondition
    case recipientCondition
    case minimumSize
    case sizeProblem
    case searchedBackTo
    case continueSearch

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Message log", ja: "メッセージログ")
        case .text: LocalizedText("Sender, recipient or subject", ja: "差出人、宛先、件名")
        case .direction: LocalizedText("Direction", ja: "方向")
        case .result: LocalizedText("Result", ja: "結果")
        case .from: LocalizedText("From day", ja: "開始日")
        case .until: LocalizedText("Until day", ja: "終了日")
        case .any: LocalizedText("Any", ja: "すべて")
        case .dateProblem: LocalizedText("Enter a day such as 2026-11-23.", ja: "2026-11-23 のように日付を入力してください。")
        case .rangeProblem: LocalizedText("The end is before the beginning.", ja: "終了日が開始日より前になっています。")
        case .time: LocalizedText("Received (UTC)", ja: "受信日時（UTC）")
        case .sender: LocalizedText("Sender", ja: "差出人")
        case .recipients: LocalizedText("Recipients", ja: "宛先")
        case .subject: LocalizedText("Subject", ja: "件名")
        case .noSubject: LocalizedText("(no subject)", ja: "（件名なし）")
        case .noContent: LocalizedText("(content not received)", ja: "（本文は未受信）")
        case .nullSender: LocalizedText("(no return path)", ja: "（返信先なし）")
        case .moreRecipients: LocalizedText("and {} more", ja: "ほか {} 件")
        case .empty: LocalizedText("No message yet", ja: "メッセージはまだありません")
        case .emptyHelp:
            LocalizedText(
                "As soon as a mail server or client sends through this gateway, its messages appear here, the refused ones too.",
                ja: "メールサーバーやクライアントがこのゲートウェイへ送信すると、拒否したものも含めてここに表示されます。")
        case .emptyFilter: LocalizedText("No message matches the filter", ja: "条件に一致するメッセージはありません")
        case .emptyFilterHelp: LocalizedText("Take a condition away or choose another time.", ja: "条件を減らすか、期間を変更してください。")
        case .envelope: LocalizedText("Envelope and origin", ja: "エンベロープと送信元")
        case .decision: LocalizedText("Decision", ja: "判定")
        case .reason: LocalizedText("Reason", ja: "理由")
        case .headerFrom: LocalizedText("From field", ja: "From フィールド")
        case .messageID: LocalizedText("Message-ID", ja: "Message-ID")
        case .client: LocalizedText("Sent from", ja: "送信元")
        case .hello: LocalizedText("Introduced itself as", ja: "HELO 名")
        case .protocolName: LocalizedText("Protocol", ja: "プロトコル")
        case .tls: LocalizedText("TLS", ja: "TLS")
        case .noTLS: LocalizedText("not encrypted", ja: "暗号化なし")
        case .gateway: LocalizedText("the gateway itself", ja: "ゲートウェイ自身")
        case .size: LocalizedText("Size", ja: "サイズ")
        case .node: LocalizedText("Node", ja: "ノード")
        case .identifier: LocalizedText("Identifier", ja: "識別子")
        case .recipientStates: LocalizedText("Recipients", ja: "宛先ごとの状態")
        case .address: LocalizedText("Address", ja: "アドレス")
        case .state: LocalizedText("State", ja: "状態")
        case .lastReply: LocalizedText("Newest reply", ja: "最新の応答")
        case .updated: LocalizedText("Changed (UTC)", ja: "更新日時（UTC）")
        case .history: LocalizedText("Delivery history", ja: "配送履歴")
        case .event: LocalizedText("What happened", ja: "内容")
        case .at: LocalizedText("Time (UTC)", ja: "日時（UTC）")
        case .attempt: LocalizedText("Attempt", ja: "試行")
        case .nextHop: LocalizedText("Next hop", ja: "配送先")
        case .reply: LocalizedText("Reply or cause", ja: "応答または原因")
        case .duration: LocalizedText("Duration", ja: "所要時間")
        case .milliseconds: LocalizedText("{} ms", ja: "{} ミリ秒")
        case .noHistory: LocalizedText("Nothing has happened to it since it was received.", ja: "受信後の履歴はまだありません。")
        case .noHistoryRefused: LocalizedText("It was not accepted, so it was never delivered.", ja: "受け付けていないため、配送履歴はありません。")
        case .inQuarantine: LocalizedText("Show in quarantine", ja: "隔離で見る")
        case .signedIn: LocalizedText("Signed in as", ja: "認証ユーザー")
        case .viaAlias: LocalizedText("by the alias {}", ja: "エイリアス {} 宛")
        case .more: LocalizedText("More conditions", ja: "詳細な条件")
        case .senderCondition: LocalizedText("Sender: address, domain or <>", ja: "差出人（アドレス、ドメイン、または <>）")
        case .recipientCondition: LocalizedText("Recipient: address or domain", ja: "宛先（アドレスまたはドメイン）")
        case .minimumSize: LocalizedText("At least", ja: "最小サイズ")
        case .sizeProblem: LocalizedText("Enter a number of KiB.", ja: "KiB 単位の数値を入力してください。")
        case .searchedBackTo:
            LocalizedText(
                "Searched back to {}. Nothing older was looked at yet; a shorter time or a whole address makes the search faster.",
                ja: "{} まで検索しました。それより前はまだ検索していません。期間を短くするか、アドレス全体を指定すると速くなります。")
        case .continueSearch: LocalizedText("Continue the search", ja: "検索を続ける")
        case .inQueue: LocalizedText("Show in the delivery queue", ja: "配送キューで見る")
        }
    }
}
