import Settings

/// Stripped attachments.
enum AttachmentText: String, CaseIterable, PageText {
    case title
    case lead
    case settings
    case searchText
    case name
    case size
    case message
    case noSubject
    case refusedTitle
    case subject
    case created
    case expires
    case downloads
    case expired
    case nothingSelected
    case empty
    case emptyHelp
    case emptyFilter
    case emptyFilterHelp
    case select
    case delete
    case extend
    case days
    case deleteTitle
    case deleteText
    case confirmDelete
    case unnamed
    case downloadTitle
    case downloadText
    case downloadButton
    case type
    case digest

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Stripped attachments", ja: "分離した添付ファイル")
        case .lead:
            LocalizedText(
                "Attachments that were taken out of messages, by a content rule (action “strip”) or for their kind (settings of attachments). Recipients download them by the link in the message.",
                ja: "コンテンツルールまたは添付ファイルの設定によってメールから分離した添付ファイルです。受信者はメール内のリンクからダウンロードします。")
        case .settings: LocalizedText("Settings", ja: "設定")
        case .searchText: LocalizedText("Name, sender, recipient or subject", ja: "ファイル名、差出人、宛先、件名")
        case .name: LocalizedText("Name", ja: "ファイル名")
        case .size: LocalizedText("Size", ja: "サイズ")
        case .message: LocalizedText("Message", ja: "メール")
        case .noSubject: LocalizedText("(no subject)", ja: "（件名なし）")
        case .refusedTitle: LocalizedText("This link leads to no attachment", ja: "このリンクの添付ファイルはありません")
        case .subject: LocalizedText("Subject", ja: "件名")
        case .created: LocalizedText("Since (UTC)", ja: "分離日時（UTC）")
        case .expires: LocalizedText("Until (UTC)", ja: "期限（UTC）")
        case .downloads: LocalizedText("Downloads", ja: "ダウンロード数")
        case .expired: LocalizedText("expired", ja: "期限切れ")
        case .nothingSelected: LocalizedText("Select attachments first.", ja: "添付ファイルを選択してください。")
        case .empty: LocalizedText("No attachment is kept", ja: "保管している添付ファイルはありません")
        case .emptyHelp:
            LocalizedText(
                "A content rule with the action “strip”, or the settings of attachments, take attachments out.",
                ja: "「添付ファイルを分離」を選択したコンテンツルールまたは添付ファイルの設定で分離します。")
        case .emptyFilter: LocalizedText("No attachment matches the filter", ja: "条件に一致する添付ファイルはありません")
        case .emptyFilterHelp: LocalizedText("Take the condition away.", ja: "条件を減らしてください。")
        case .select: LocalizedText("Select {}", ja: "{} を選択")
        case .delete: LocalizedText("Delete", ja: "削除")
        case .extend: LocalizedText("Keep longer", ja: "期限を延長")
        case .deleteTitle: LocalizedText("Delete attachments: {}?", ja: "添付ファイルを {} 件削除しますか？")
        case .deleteText:
            LocalizedText(
                "The links in the messages stop working at once, and the files are removed.", ja: "メール内のリンクはただちに使用できなくなり、ファイルも削除します。")
        case .confirmDelete: LocalizedText("Delete {}", ja: "{} 件を削除")
        case .days: LocalizedText("Selected ones: days from now", ja: "選択した項目: 今日からの日数")
        case .unnamed: LocalizedText("(without a name)", ja: "（名前なし）")
        case .downloadTitle: LocalizedText("Download this attachment?", ja: "この添付ファイルをダウンロードしますか？")
        case .downloadText:
            LocalizedText(
                "It came with a message to you. Open it only if you know its sender.", ja: "あなた宛のメールに添付されていたファイルです。差出人に心当たりがある場合だけ開いてください。")
        case .downloadButton: LocalizedText("Download", ja: "ダウンロード")
        case .type: LocalizedText("Type", ja: "種類")
        case .digest: LocalizedText("SHA-256", ja: "SHA-256")
        }
    }
}
