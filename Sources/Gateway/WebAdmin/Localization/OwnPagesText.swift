import Settings

/// The pages of users: their own quarantine and their account.
enum OwnPagesText: String, CaseIterable, PageText {
    case signInTitle
    case signInLead
    case address
    case forUsers
    case forAdministrators
    case title
    case lead
    case leadWithoutRelease
    case accountTitle
    case passwordHelp
    case menuQuarantine
    case menuAccount
    case searchText
    case releaseText
    case deleteText
    case emptyHelp
    case toQuarantine

    var text: LocalizedText {
        switch self {
        case .signInTitle: LocalizedText("Your quarantine", ja: "隔離されたメールの確認")
        case .signInLead:
            LocalizedText(
                "Sign in with your e-mail address and the password that you send mail with.",
                ja: "メールアドレスと、メールの送信に使用しているパスワードでサインインしてください。")
        case .address: LocalizedText("E-mail address", ja: "メールアドレス")
        case .forUsers: LocalizedText("To your own quarantine (users)", ja: "ユーザーの方はこちら（隔離されたメールの確認）")
        case .forAdministrators: LocalizedText("For administrators", ja: "管理者の方はこちら")
        case .title: LocalizedText("Your quarantine", ja: "隔離されたメール")
        case .lead:
            LocalizedText(
                "Suspicious mail to you that was kept back. Release what you were waiting for: it is delivered to your mailbox. What you leave here is deleted after some time.",
                ja: "疑わしいため配送を止めている、あなた宛のメールです。必要なメールを解放すると、あなたのメールボックスへ配送します。そのままにしたメールは一定の期間の後に削除します。")
        case .leadWithoutRelease:
            LocalizedText(
                "Suspicious mail to you that was kept back. Ask your administrator to release what you were waiting for. What you leave here is deleted after some time.",
                ja: "疑わしいため配送を止めている、あなた宛のメールです。必要なメールの解放は管理者に依頼してください。そのままにしたメールは一定の期間の後に削除します。")
        case .accountTitle: LocalizedText("Your account", ja: "アカウント")
        case .passwordHelp:
            LocalizedText(
                "It is also the password that your mail program sends with. Your other sessions end when it changes.",
                ja: "メールソフトの送信（SMTP 認証）にも使用するパスワードです。変更すると、ほかのセッションはすべて終了します。")
        case .menuQuarantine: LocalizedText("Quarantine", ja: "隔離")
        case .menuAccount: LocalizedText("Your account", ja: "アカウント")
        case .searchText: LocalizedText("Sender or subject", ja: "差出人、件名")
        case .releaseText:
            LocalizedText(
                "They are delivered to your mailbox as they are. Release only mail from senders you know.",
                ja: "そのままの状態であなたのメールボックスへ配送します。差出人に心当たりのあるメールだけを解放してください。")
        case .deleteText: LocalizedText("You never get them, and their senders are not told.", ja: "あなたには届きません。差出人への通知も送られません。")
        case .emptyHelp: LocalizedText("No mail to you is kept back.", ja: "配送を止めているあなた宛のメールはありません。")
        case .toQuarantine: LocalizedText("To your quarantine", ja: "隔離されたメールへ")
        }
    }
}
