import Settings

/// Administrators.
enum AdministratorText: String, CaseIterable, PageText {
    case title
    case lead
    case add
    case name
    case language
    case created
    case you
    case setPassword
    case setPasswordTitle
    case setPasswordHelp
    case deleteTitle
    case deleteText
    case delete

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Administrators", ja: "管理者")
        case .lead: LocalizedText("Everyone listed may sign in and do everything on these pages.", ja: "登録された管理者は、サインインしてすべての操作を行えます。")
        case .add: LocalizedText("Add an administrator", ja: "管理者を追加")
        case .name: LocalizedText("Name", ja: "名前")
        case .language: LocalizedText("Language", ja: "言語")
        case .created: LocalizedText("Since (UTC)", ja: "登録日時（UTC）")
        case .you: LocalizedText("you", ja: "自分")
        case .setPassword: LocalizedText("Set password", ja: "パスワードを設定")
        case .setPasswordTitle: LocalizedText("New password for {}", ja: "{} の新しいパスワード")
        case .setPasswordHelp: LocalizedText("All sessions of this administrator end.", ja: "この管理者のセッションはすべて終了します。")
        case .deleteTitle: LocalizedText("Delete administrator {}?", ja: "管理者 {} を削除しますか？")
        case .deleteText:
            LocalizedText(
                "The administrator can no longer sign in, and open sessions end at once. What was done stays in the audit log.",
                ja: "サインインできなくなり、使用中のセッションはただちに終了します。これまでの操作は監査ログに残ります。")
        case .delete: LocalizedText("Delete the administrator", ja: "管理者を削除")
        }
    }
}
