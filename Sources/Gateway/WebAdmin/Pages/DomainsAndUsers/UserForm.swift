import Administration
import DomainsAndUsers
import Mail
import Settings

/// A user as the form holds him: texts, whether right or wrong.
struct UserForm: Sendable {
    /// In full or the part before the @; fixed once he is there.
    var address = ""
    var displayName = ""
    var aliases = ""
    var isEnabled = true
    var password = ""
    var passwordAgain = ""

    init() {}

    init(_ user: User) {
        address = user.address.description
        displayName = user.displayName
        aliases = user.aliases.map(\.description).joined(separator: "\n")
        isEnabled = user.isEnabled
    }

    init(_ values: FormValues) {
        address = values.trimmed("address")
        displayName = values.trimmed("display-name")
        aliases = values["aliases"] ?? ""
        isEnabled = values["state"] != UserForm.disabledValue
        password = values["password"] ?? ""
        passwordAgain = values["password-again"] ?? ""
    }

    private static let enabledValue = "enabled"
    private static let disabledValue = "disabled"

    var problems: [FieldProblem] {
        password == passwordAgain ? [] : [FieldProblem(field: "password-again", message: FirstStartText.mismatch.text)]
    }

    /// What is handed to `Administration`.
    func entry(in domain: DomainName) -> UserEntry {
        let lines = aliases.split { $0.isNewline || $0 == "," || $0 == ";" }.map(\.trimmingWhiteSpace).filter { !$0.isEmpty }
        return UserEntry(displayName: displayName, isEnabled: isEnabled, aliases: lines.map { Self.full($0, domain) })
    }

    static func full(_ text: String, _ domain: DomainName) -> String { text.contains("@") ? text : "\(text)@\(domain.ascii)" }
}

/// A form with a user's fields, or with a new password.
struct UserFormView: Sendable {
    let title: String
    let list: String
    let listTitle: String
    var help: String?
    let action: String
    let button: String
    let alert: AlertView?
    let fields: [FieldView]
    /// Of an existing user, on his own page.
    var userPath: String?
    var passwordState = ""
    var hasPassword = false
}

extension UserForm {
    func fields(isNew: Bool, minimumPassword: Int, _ problems: FormProblems, _ language: Language) -> [FieldView] {
        var fields = isNew ? [addressField(language)] : []
        var name = FieldView("display-name", UserText.displayName[language], value: displayName)
        name.help = UserText.displayNameHelp[language]
        name.maximumLength = User.maximumNameBytes
        var area = FieldView("aliases", UserText.aliases[language], .area, value: aliases)
        area.help = UserText.aliasesHelp[language]
        fields += [name, area, stateField(language)]
        if isNew { fields += Self.passwordFields(isRequired: false, minimum: minimumPassword, language) }
        return fields.map { $0.with(problems) }
    }

    static func passwordFields(isRequired: Bool, minimum: Int, _ language: Language) -> [FieldView] {
        var password = FieldView.password("password", FirstStartText.password[language], autocomplete: "new-password")
        var again = FieldView.password("password-again", FirstStartText.passwordAgain[language], autocomplete: "new-password")
        let length = FirstStartText.passwordLength.filled(language, minimum)
        password.help = isRequired ? length : "\(UserText.passwordHelp[language]) \(length)"
        password.isRequired = isRequired
        again.isRequired = isRequired
        return [password, again]
    }

    private func addressField(_ language: Language) -> FieldView {
        var field = FieldView("address", UserText.address[language], value: address)
        field.help = UserText.addressHelp[language]
        field.isRequired = true
        field.hasFocus = address.isEmpty
        field.maximumLength = EmailAddress.maximumOctets
        return field
    }

    private func stateField(_ language: Language) -> FieldView {
        let choices = [(Self.enabledValue, UserText.enabled, isEnabled), (Self.disabledValue, UserText.disabled, !isEnabled)]
        var field = FieldView(
            "state", UserText.state[language], .choice(choices.map { .init(value: $0.0, text: $0.1[language], isChosen: $0.2) }))
        field.help = UserText.stateHelp[language]
        return field
    }
}

extension FieldView {
    /// With what is wrong with it.
    func with(_ problems: FormProblems) -> FieldView {
        var field = self
        field.problem = problems.at(name)
        return field
    }
}
