import Filtering
import Settings

/// The greylist.
enum GreylistText: String, CaseIterable, PageText {
    case title
    case lead
    case more
    case isOff
    case state
    case network
    case sender
    case recipient
    case firstSeen
    case lastSeen
    case expires
    case any
    case searchText
    case empty
    case emptyHelp
    case emptyFilter
    case emptyFilterHelp
    case select
    case deleteSelected
    case nothingSelected

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Greylist", ja: "グレーリスト")
        case .lead:
            LocalizedText(
                "Senders by network, address and recipient: those that wait, and those that have passed and are let through at once. All nodes share it.",
                ja: "ネットワーク、差出人、宛先の組み合わせごとの記録です。待機中のものと、通過済みで以後すぐに受け付けるものがあります。全ノードで共有します。")
        case .more: LocalizedText("Settings of greylisting", ja: "グレーリストの設定")
        case .isOff: LocalizedText("Greylisting is off; nobody is delayed.", ja: "グレーリストは無効です。遅延させていません。")
        case .state: LocalizedText("State", ja: "状態")
        case .network: LocalizedText("Network", ja: "ネットワーク")
        case .sender: LocalizedText("Sender", ja: "差出人")
        case .recipient: LocalizedText("Recipient", ja: "宛先")
        case .firstSeen: LocalizedText("First seen", ja: "初回")
        case .lastSeen: LocalizedText("Last noted", ja: "最終記録")
        case .expires: LocalizedText("Forgotten at", ja: "失効")
        case .any: LocalizedText("Any", ja: "すべて")
        case .searchText: LocalizedText("Part of network, sender or recipient", ja: "ネットワーク、差出人、宛先の一部")
        case .empty: LocalizedText("The greylist is empty", ja: "グレーリストは空です")
        case .emptyHelp: LocalizedText("New senders appear here while greylisting is on.", ja: "グレーリストが有効な間、新しい差出人がここに表示されます。")
        case .emptyFilter: LocalizedText("No entry matches the filter", ja: "条件に一致する項目はありません")
        case .emptyFilterHelp: LocalizedText("Take a condition away.", ja: "条件を減らしてください。")
        case .select: LocalizedText("Select the entry for {}", ja: "{} 宛の項目を選択")
        case .deleteSelected: LocalizedText("Delete the selected ones (they wait anew)", ja: "選択したものを削除（再び待機させる）")
        case .nothingSelected: LocalizedText("Select at least one entry.", ja: "1 件以上選択してください。")
        }
    }
}

extension GreylistEntry.State {
    var title: LocalizedText {
        switch self {
        case .waiting: LocalizedText("Waiting", ja: "待機中")
        case .passed: LocalizedText("Passed", ja: "通過済み")
        }
    }
}
