import Administration
import Settings

/// The page of someone's own language and password, an administrator's or a user's.
struct AccountView: Sendable {
    let path: String
    let signedInAs: String
    let since: String?
    let passwordHelp: String
    let language: FieldView
    let alert: AlertView?
    let passwordFields: [FieldView]
    /// Of users' pages only.
    var digest: Digest?

    /// Whether a user gets mail about his quarantine, and the button that changes it.
    struct Digest: Sendable {
        let value: String
        let button: String

        init(_ isWanted: Bool, _ language: Language) {
            value = isWanted ? "off" : "on"
            button = (isWanted ? DigestPageText.stop : .subscribe)[language]
        }
    }
    /// To a user's own script; nil for administrators, and where users have none.
    var rulesPath: String?

    init(
        path: String, signedInAs: String, since: String?, passwordHelp: String, _ problems: FormProblems, minimumPassword: Int,
        _ language: Language
    ) {
        var fields = [
            FieldView.password("current-password", SignInText.currentPassword[language], autocomplete: "current-password"),
            FieldView.password("password", SignInText.newPassword[language], autocomplete: "new-password"),
            FieldView.password("password-again", SignInText.newPasswordAgain[language], autocomplete: "new-password"),
        ]
        fields[1].help = FirstStartText.passwordLength.filled(language, minimumPassword)
        self.path = path
        self.signedInAs = signedInAs
        self.since = since
        self.passwordHelp = passwordHelp
        self.language = .language("language", SignInText.languageTitle[language], chosen: language)
        alert = problems.summary(fields: fields.map(\.name))
        passwordFields = fields.map { $0.with(problems) }
    }
}

/// The page where someone signs in, an administrator or a user.
struct SignInView: Sendable {
    let title: String
    let lead: String
    let action: String
    let alert: AlertView?
    let fields: [FieldView]
    /// Where to go afterwards.
    let next: String
    /// The other of the two pages; `nil` when there is none.
    let otherPath: String?
    let otherText: String
}
