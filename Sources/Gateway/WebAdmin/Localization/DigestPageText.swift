import Quarantine
import Settings

/// Digests and the links in them.
enum DigestPageText: String, CaseIterable, PageText {
    case title
    case lead
    case settings
    case runNow
    case run
    case state
    case changed
    case sent
    case manual
    case asked
    case running
    case done
    case stopped
    case empty
    case emptyHelp
    case releaseTitle
    case releaseText
    case releaseButton
    case allowTitle
    case allowText
    case allowButton
    case blockTitle
    case blockText
    case blockButton
    case unsubscribeTitle
    case unsubscribeText
    case unsubscribeButton
    case usedTitle
    case usedText
    case goneTitle
    case goneText
    case fullTitle
    case fullText
    case released
    case releasedText
    case allowedText
    case blocked
    case blockedText
    case unsubscribed
    case unsubscribedText
    case preview
    case previewText
    case ownTitle
    case ownText
    case subscribe
    case stop

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Quarantine digests", ja: "隔離の通知メール")
        case .lead:
            LocalizedText(
                "Users are told by mail what was newly kept back for them, with links to release it. The primary sends the digests, each once.",
                ja: "新しく隔離されたメールを、解放用のリンクとともにユーザーへメールで知らせます。プライマリが送信し、同じ内容を 2 回知らせることはありません。")
        case .settings: LocalizedText("Settings of digests", ja: "通知メールの設定")
        case .runNow: LocalizedText("Send now", ja: "今すぐ送信")
        case .run: LocalizedText("Run", ja: "実行")
        case .state: LocalizedText("State", ja: "状態")
        case .changed: LocalizedText("Last step (UTC)", ja: "最終処理（UTC）")
        case .sent: LocalizedText("Digests sent", ja: "送信した通知")
        case .manual: LocalizedText("by hand", ja: "手動")
        case .asked: LocalizedText("Asked for", ja: "待機中")
        case .running: LocalizedText("Running", ja: "実行中")
        case .done: LocalizedText("Done", ja: "完了")
        case .stopped: LocalizedText("Stopped", ja: "中断")
        case .empty: LocalizedText("No run yet", ja: "まだ実行していません")
        case .emptyHelp: LocalizedText("The first one begins at the time of day that is set.", ja: "設定した時刻に最初の実行を開始します。")
        case .releaseTitle: LocalizedText("Release this message?", ja: "このメールを解放しますか？")
        case .releaseText:
            LocalizedText(
                "It is delivered to your mailbox as it is. Release only mail from senders you know.",
                ja: "そのままの状態であなたのメールボックスへ配送します。差出人に心当たりのあるメールだけを解放してください。")
        case .releaseButton: LocalizedText("Release", ja: "解放する")
        case .allowTitle: LocalizedText("Release this message and allow its sender?", ja: "このメールを解放し、差出人を許可しますか？")
        case .allowText:
            LocalizedText(
                "It is delivered to your mailbox as it is, and mail of this sender to you is not kept back for its score any more.",
                ja: "そのままの状態であなたのメールボックスへ配送し、今後この差出人からあなた宛のメールはスコアによる隔離をしません。")
        case .allowButton: LocalizedText("Release and allow", ja: "解放して許可する")
        case .blockTitle: LocalizedText("Block this sender?", ja: "この差出人をブロックしますか？")
        case .blockText:
            LocalizedText(
                "Mail of this sender to you is refused from now on. The message stays in quarantine and is deleted after some time.",
                ja: "今後この差出人からあなた宛のメールを拒否します。このメールは隔離されたままで、一定の期間の後に削除します。")
        case .blockButton: LocalizedText("Block", ja: "ブロックする")
        case .unsubscribeTitle: LocalizedText("Get no more of these mails?", ja: "通知の配信を停止しますか？")
        case .unsubscribeText:
            LocalizedText(
                "You are not told any more what is kept back for you. On your own page you can turn it on again.",
                ja: "隔離されたメールの通知を今後送信しません。ご自分のページで再開できます。")
        case .unsubscribeButton: LocalizedText("No more mails", ja: "配信を停止する")
        case .usedTitle: LocalizedText("This link was used already", ja: "このリンクは使用済みです")
        case .usedText: LocalizedText("Each link works once. Nothing more was done.", ja: "リンクは 1 回だけ使用できます。今回は何も行っていません。")
        case .goneTitle: LocalizedText("The message is not in quarantine any more", ja: "このメールは隔離されていません")
        case .goneText:
            LocalizedText("It was released or deleted, or was too old. Nothing was done.", ja: "すでに解放または削除されたか、保存期間を過ぎています。何も行っていません。")
        case .fullTitle: LocalizedText("Your list is full", ja: "リストが上限に達しています")
        case .fullText:
            LocalizedText("Ask your administrator to remove entries. Nothing was done.", ja: "管理者に項目の削除を依頼してください。何も行っていません。")
        case .released: LocalizedText("The message was released", ja: "メールを解放しました")
        case .releasedText: LocalizedText("It is on its way to your mailbox.", ja: "まもなくあなたのメールボックスに届きます。")
        case .allowedText:
            LocalizedText(
                "It is on its way to your mailbox, and its sender is on your allow list.", ja: "まもなくあなたのメールボックスに届きます。差出人をあなたの許可リストに登録しました。")
        case .blocked: LocalizedText("The sender is blocked", ja: "差出人をブロックしました")
        case .blockedText: LocalizedText("Mail of this sender to you is refused from now on.", ja: "今後この差出人からあなた宛のメールを拒否します。")
        case .unsubscribed: LocalizedText("You get no more of these mails", ja: "通知の配信を停止しました")
        case .unsubscribedText: LocalizedText("On your own page you can turn them on again.", ja: "ご自分のページで再開できます。")
        case .preview: LocalizedText("This link is a sample", ja: "これは見本のリンクです")
        case .previewText:
            LocalizedText("It stands in a preview of a digest and does nothing.", ja: "通知のプレビューのリンクのため、何も行いません。")
        case .ownTitle: LocalizedText("Mail about your quarantine", ja: "隔離の通知メール")
        case .ownText:
            LocalizedText(
                "Whether you are told by mail what was newly kept back for you.", ja: "新しく隔離されたメールをメールで知らせるかどうかです。")
        case .subscribe: LocalizedText("Send me these mails", ja: "通知を受け取る")
        case .stop: LocalizedText("No more of these mails", ja: "通知の配信を停止する")
        }
    }

    static func badge(_ state: DigestRun.State, _ language: Language) -> Badge {
        switch state {
        case .asked: Badge(DigestPageText.asked.text, .neutral, language)
        case .running: Badge(DigestPageText.running.text, .informative, language)
        case .done: Badge(DigestPageText.done.text, .good, language)
        case .stopped: Badge(DigestPageText.stopped.text, .bad, language)
        }
    }
}
