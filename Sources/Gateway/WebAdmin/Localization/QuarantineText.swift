import Quarantine
import Settings

/// The quarantine.
enum QuarantineText: String, CaseIterable, PageText {
    case title
    case lead
    case searchText
    case kind
    case any
    case subject
    case sender
    case recipients
    case reason
    case score
    case since
    case size
    case select
    case selectAll
    case selectNone
    case release
    case delete
    case empty
    case emptyHelp
    case emptyFilter
    case emptyFilterHelp
    case nothingSelected
    case releaseTitle
    case releaseText
    case confirmRelease
    case deleteTitle
    case deleteText
    case confirmDelete
    case header
    case texts
    case textsHelp
    case images
    case imagesHelp
    case showImages
    case imageLabel
    case attachments
    case name
    case type
    case noAttachments
    case noTexts
    case unreadable
    case cut
    case inLog
    case noName

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Quarantine", ja: "隔離")
        case .lead:
            LocalizedText(
                "Mail that was accepted and kept back. Released mail goes on to its recipients; what nobody releases is deleted after the days that the settings say.",
                ja: "受け付けた後に配送を止めたメールです。解放すると宛先へ配送します。解放しないものは設定した日数の後に削除します。")
        case .searchText: LocalizedText("Sender, recipient or subject", ja: "差出人、宛先、件名")
        case .kind: LocalizedText("Kind", ja: "種類")
        case .any: LocalizedText("Any", ja: "すべて")
        case .subject: LocalizedText("Subject", ja: "件名")
        case .sender: LocalizedText("Sender", ja: "差出人")
        case .recipients: LocalizedText("Recipients", ja: "宛先")
        case .reason: LocalizedText("Reason", ja: "理由")
        case .score: LocalizedText("Score", ja: "スコア")
        case .since: LocalizedText("Since (UTC)", ja: "隔離日時（UTC）")
        case .size: LocalizedText("Size", ja: "サイズ")
        case .select: LocalizedText("Select {}", ja: "{} を選択")
        case .selectAll: LocalizedText("Select all on this page", ja: "このページのすべてを選択")
        case .selectNone: LocalizedText("Select none", ja: "選択を解除")
        case .release: LocalizedText("Release", ja: "解放")
        case .delete: LocalizedText("Delete", ja: "削除")
        case .empty: LocalizedText("The quarantine is empty", ja: "隔離されたメールはありません")
        case .emptyHelp: LocalizedText("No message is kept back.", ja: "配送を止めているメールはありません。")
        case .emptyFilter: LocalizedText("No message matches the filter", ja: "条件に一致するメールはありません")
        case .emptyFilterHelp: LocalizedText("Take a condition away.", ja: "条件を減らしてください。")
        case .nothingSelected: LocalizedText("Select at least one message.", ja: "1 件以上選択してください。")
        case .releaseTitle: LocalizedText("Release the selected messages ({})?", ja: "選択した {} 件を解放しますか？")
        case .releaseText:
            LocalizedText(
                "They are delivered to their recipients as they are, with everything that was found dangerous in them.",
                ja: "検出された危険な内容を含め、そのままの状態で宛先へ配送します。")
        case .confirmRelease: LocalizedText("Release ({})", ja: "{} 件を解放")
        case .deleteTitle: LocalizedText("Delete the selected messages ({}) for ever?", ja: "選択した {} 件を完全に削除しますか？")
        case .deleteText: LocalizedText("Their recipients never get them, and their senders are not told.", ja: "宛先には届きません。差出人への通知も送られません。")
        case .confirmDelete: LocalizedText("Delete ({})", ja: "{} 件を削除")
        case .header: LocalizedText("Header", ja: "ヘッダー")
        case .texts: LocalizedText("Text", ja: "本文")
        case .textsHelp:
            LocalizedText(
                "Shown as plain text. Nothing is fetched from outside, and links are not links here.",
                ja: "テキストとして表示します。外部のコンテンツは読み込まず、リンクも機能しません。")
        case .attachments: LocalizedText("Attachments", ja: "添付ファイル")
        case .name: LocalizedText("Name", ja: "名前")
        case .type: LocalizedText("Type", ja: "種類")
        case .noAttachments: LocalizedText("None.", ja: "添付ファイルはありません。")
        case .images: LocalizedText("Pictures within the message", ja: "本文内の画像")
        case .imagesHelp:
            LocalizedText(
                "They are part of the message; nothing is fetched from anywhere, and the sender does not notice. They may be offensive.",
                ja: "メールに含まれている画像です。外部から取得することはなく、差出人には知られません。不快な画像の場合があります。")
        case .showImages: LocalizedText("Show the pictures", ja: "画像を表示")
        case .imageLabel: LocalizedText("Picture {}", ja: "画像 {}")
        case .noTexts: LocalizedText("The message has no text.", ja: "本文はありません。")
        case .unreadable: LocalizedText("The content cannot be read at the moment.", ja: "内容を読み取れません。")
        case .cut: LocalizedText("The message is larger; only its beginning is shown.", ja: "メッセージが大きいため、先頭だけを表示しています。")
        case .inLog: LocalizedText("Show in the message log", ja: "メッセージログで見る")
        case .noName: LocalizedText("(no name)", ja: "（名前なし）")
        }
    }
}

extension QuarantineKind {
    var title: LocalizedText {
        switch self {
        case .user: LocalizedText("User", ja: "ユーザー")
        case .administrator: LocalizedText("Administrator", ja: "管理者")
        }
    }

    func badge(_ language: Language) -> Badge { Badge(title, self == .user ? .warning : .bad, language) }
}
