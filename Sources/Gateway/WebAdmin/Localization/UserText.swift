import Settings

/// Users of a domain.
enum UserText: String, CaseIterable, PageText {
    case title
    case lead
    case add
    case addTitle
    case search
    case address
    case addressHelp
    case displayName
    case displayNameHelp
    case aliases
    case aliasesHelp
    case state
    case enabled
    case disabled
    case stateHelp
    case password
    case passwordSet
    case passwordNone
    case passwordHelp
    case setPassword
    case setPasswordTitle
    case setPasswordHelp
    case removePassword
    case removePasswordTitle
    case removePasswordText
    case empty
    case emptyHelp
    case notFound
    case delete
    case deleteTitle
    case deleteText
    case moreAliases

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Users", ja: "ユーザー")
        case .lead:
            LocalizedText(
                "A user may sign in to SMTP with his address and password and send to anyone. His address counts as a listed recipient, and mail to his aliases is delivered to his address.",
                ja: "ユーザーは、メールアドレスとパスワードで SMTP 認証を行い、任意の宛先へ送信できます。ユーザーのアドレスは登録済みの宛先とみなし、エイリアス宛のメールはそのアドレスへ配送します。")
        case .add: LocalizedText("Add a user", ja: "ユーザーを追加")
        case .addTitle: LocalizedText("New user of {}", ja: "{} の新しいユーザー")
        case .search: LocalizedText("Part of the address or name", ja: "アドレスまたは表示名の一部")
        case .address: LocalizedText("Address", ja: "メールアドレス")
        case .addressHelp:
            LocalizedText("The part before the @ is enough. It is also the sign-in name.", ja: "@ より前だけでも登録できます。認証時のユーザー名にもなります。")
        case .displayName: LocalizedText("Display name", ja: "表示名")
        case .displayNameHelp: LocalizedText("Only shown here.", ja: "この画面にだけ表示します。")
        case .aliases: LocalizedText("Aliases", ja: "エイリアス")
        case .aliasesHelp:
            LocalizedText(
                "One a line, in any protected domain; in this domain the part before the @ is enough.",
                ja: "1 行に 1 件入力してください。保護対象ドメインのアドレスを指定できます。このドメインでは @ より前だけでも登録できます。")
        case .state: LocalizedText("State", ja: "状態")
        case .enabled: LocalizedText("Enabled", ja: "有効")
        case .disabled: LocalizedText("Disabled", ja: "無効")
        case .stateHelp:
            LocalizedText(
                "A disabled user cannot sign in, and his address and aliases do not count as known.",
                ja: "無効なユーザーは認証できず、そのアドレスとエイリアスは登録済みとみなしません。")
        case .password: LocalizedText("Password", ja: "パスワード")
        case .passwordSet: LocalizedText("Set", ja: "設定済み")
        case .passwordNone: LocalizedText("None", ja: "なし")
        case .passwordHelp:
            LocalizedText("Optional: without one the user cannot sign in.", ja: "省略できます。設定しない場合、このユーザーは認証できません。")
        case .setPassword: LocalizedText("Set password", ja: "パスワードを設定")
        case .setPasswordTitle: LocalizedText("New password for {}", ja: "{} の新しいパスワード")
        case .setPasswordHelp:
            LocalizedText("It is asked for when he signs in the next time.", ja: "次回の認証から使用されます。")
        case .removePassword: LocalizedText("Remove password", ja: "パスワードを削除")
        case .removePasswordTitle: LocalizedText("Remove the password of {}?", ja: "{} のパスワードを削除しますか？")
        case .removePasswordText:
            LocalizedText("The user cannot sign in until a new one is set.", ja: "新しいパスワードを設定するまで、このユーザーは認証できません。")
        case .empty: LocalizedText("No user yet", ja: "ユーザーはまだいません")
        case .emptyHelp:
            LocalizedText(
                "Add users who send mail through this gateway, or whose addresses have aliases.",
                ja: "このゲートウェイから送信するユーザーや、エイリアスを持つユーザーを追加してください。")
        case .notFound: LocalizedText("No user contains “{}”", ja: "「{}」を含むユーザーはいません")
        case .delete: LocalizedText("Delete the user", ja: "ユーザーを削除")
        case .deleteTitle: LocalizedText("Delete {}?", ja: "{} を削除しますか？")
        case .deleteText:
            LocalizedText(
                "The user can no longer sign in, and his address and aliases are no longer known. His mail in the mail server stays.",
                ja: "このユーザーは認証できなくなり、アドレスとエイリアスの登録もなくなります。メールサーバーにあるメールは残ります。")
        case .moreAliases: LocalizedText("and {} more", ja: "ほか {} 件")
        }
    }
}
