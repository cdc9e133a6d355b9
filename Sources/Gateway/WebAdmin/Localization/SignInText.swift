import Settings

/// Sign-in and the administrator's own account.
enum SignInText: String, CaseIterable, PageText {
    case title
    case name
    case password
    case submit
    case failed
    case accountTitle
    case languageTitle
    case languageHelp
    case passwordTitle
    case passwordHelp
    case currentPassword
    case newPassword
    case newPasswordAgain
    case changePassword
    case signedInAs
    case since

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Sign in", ja: "サインイン")
        case .name: LocalizedText("Name", ja: "名前")
        case .password: LocalizedText("Password", ja: "パスワード")
        case .submit: LocalizedText("Sign in", ja: "サインイン")
        case .failed: LocalizedText("You are not signed in", ja: "サインインできません")
        case .accountTitle: LocalizedText("Your account", ja: "アカウント")
        case .languageTitle: LocalizedText("Language", ja: "言語")
        case .languageHelp:
            LocalizedText(
                "The pages speak this language to you, on every computer you sign in from.",
                ja: "どのコンピューターからサインインしても、この言語で表示します。")
        case .passwordTitle: LocalizedText("Password", ja: "パスワードの変更")
        case .passwordHelp: LocalizedText("Your other sessions end when the password changes.", ja: "変更すると、ほかのセッションはすべて終了します。")
        case .currentPassword: LocalizedText("Current password", ja: "現在のパスワード")
        case .newPassword: LocalizedText("New password", ja: "新しいパスワード")
        case .newPasswordAgain: LocalizedText("New password again", ja: "新しいパスワード（確認）")
        case .changePassword: LocalizedText("Change password", ja: "パスワードを変更")
        case .signedInAs: LocalizedText("Signed in as {}", ja: "{} としてサインイン中")
        case .since: LocalizedText("Administrator since {}", ja: "{} に登録")
        }
    }
}
