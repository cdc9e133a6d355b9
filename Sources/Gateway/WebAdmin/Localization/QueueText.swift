import Settings

/// The delivery queue.
enum QueueText: String, CaseIterable, PageText {
    case title
    case lead
    case searchAddress
    case recipient
    case sender
    case subject
    case received
    case next
    case attempts
    case lastReply
    case state
    case stateHeld
    case stateActive
    case stateDue
    case stateWaiting
    case selectAll
    case selectNone
    case select
    case withSelected
    case retry
    case hold
    case release
    case delete
    case empty
    case emptyHelp
    case emptySearch
    case emptySearchHelp
    case nothingSelected
    case deleteTitle
    case deleteText
    case andMore
    case confirmDelete

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Delivery queue", ja: "配送キュー")
        case .lead: LocalizedText("Mail on its way to the next hop, one row for each recipient.", ja: "配送待ちのメールを宛先ごとに表示します。")
        case .searchAddress: LocalizedText("Sender's or recipient's address", ja: "差出人または宛先のアドレス")
        case .recipient: LocalizedText("Recipient", ja: "宛先")
        case .sender: LocalizedText("Sender", ja: "差出人")
        case .subject: LocalizedText("Subject", ja: "件名")
        case .received: LocalizedText("Received (UTC)", ja: "受信日時（UTC）")
        case .next: LocalizedText("Next attempt (UTC)", ja: "次回の試行（UTC）")
        case .attempts: LocalizedText("Attempts", ja: "試行回数")
        case .lastReply: LocalizedText("Newest reply", ja: "最新の応答")
        case .state: LocalizedText("State", ja: "状態")
        case .stateHeld: LocalizedText("On hold", ja: "保留中")
        case .stateActive: LocalizedText("Being delivered", ja: "配送中")
        case .stateDue: LocalizedText("Due", ja: "配送待ち")
        case .stateWaiting: LocalizedText("Waiting", ja: "再試行待ち")
        case .selectAll: LocalizedText("Select all on this page", ja: "このページのすべてを選択")
        case .selectNone: LocalizedText("Select none", ja: "選択を解除")
        case .select: LocalizedText("Select {}", ja: "{} を選択")
        case .withSelected: LocalizedText("With the selected ones:", ja: "選択した項目を：")
        case .retry: LocalizedText("Try now", ja: "今すぐ再試行")
        case .hold: LocalizedText("Hold", ja: "保留")
        case .release: LocalizedText("Release", ja: "保留を解除")
        case .delete: LocalizedText("Delete", ja: "削除")
        case .empty: LocalizedText("The queue is empty", ja: "配送キューは空です")
        case .emptyHelp: LocalizedText("Everything that was accepted has been delivered or reported.", ja: "受け付けたメールはすべて配送済み、または通知済みです。")
        case .emptySearch: LocalizedText("Nothing in the queue matches “{}”", ja: "「{}」に一致するものは配送キューにありません")
        case .emptySearchHelp:
            LocalizedText(
                "Search for another address; what was delivered stands in the message log.",
                ja: "別のアドレスで検索してください。配送済みのものはメッセージログにあります。")
        case .nothingSelected: LocalizedText("Select at least one row.", ja: "1 件以上選択してください。")
        case .deleteTitle: LocalizedText("Delete the selected entries ({}) from the queue?", ja: "配送キューから {} 件を削除しますか？")
        case .deleteText: LocalizedText("They are not delivered, and their senders get no report.", ja: "配送されません。差出人への通知も送られません。")
        case .andMore: LocalizedText("and {} more", ja: "ほか {} 件")
        case .confirmDelete: LocalizedText("Delete ({})", ja: "{} 件を削除")
        }
    }
}
