import Administration
import Settings

/// One control of a form as the template `field` shows it: label, value, help, and what is wrong with it.
struct FieldView: Sendable {
    let name: String
    let label: String
    var value = ""
    var help: String?
    var problem: String?
    /// Bounds, unit, default: small print below the help.
    var footnote: String?
    var unit: String?
    var autocomplete = "off"
    var inputMode: String?
    /// Characters; browsers stop typing there, the server checks bytes.
    var maximumLength: Int?
    var isRequired = false
    var hasFocus = false
    /// A settings field that differs from its default can be put back.
    var reset: Reset?
    /// What had been typed when someone else was faster.
    var yourEntry: YourEntry?
    let control: Control

    struct Reset: Sendable {
        let name: String
        let label: String
        let isChosen: Bool
    }

    /// The loser's version of a field, which he can take after all.
    struct YourEntry: Sendable {
        /// Of the setting, without the form's prefix.
        let name: String
        let text: String
        /// As it was typed.
        let value: String
        let label: String
    }

    /// Exactly one is true or present; Mustache has no enums.
    struct Control: Sendable {
        var isInput: InputType?
        var isArea: Bool = false
        var choices: [Choice]?
        /// Whether `choices` is there; a section over the list itself would repeat the control for every choice.
        var hasChoices = false
        /// Any number of the choices.
        var hasChecks = false

        static func input(_ type: String = "text") -> Control { Control(isInput: InputType(type: type)) }
        static let area = Control(isArea: true)
        static func checks(_ choices: [Choice]) -> Control { Control(choices: choices, hasChecks: true) }
        static func choice(_ choices: [Choice]) -> Control { Control(choices: choices, hasChoices: true) }
    }

    struct InputType: Sendable {
        let type: String
    }

    struct Choice: Sendable {
        let value: String
        let text: String
        let isChosen: Bool
    }

    init(_ name: String, _ label: String, _ control: Control = .input(), value: String = "") {
        self.name = name
        self.label = label
        self.control = control
        self.value = value
    }

    static func password(_ name: String, _ label: String, autocomplete: String) -> FieldView {
        var field = FieldView(name, label, .input("password"))
        field.autocomplete = autocomplete
        field.isRequired = true
        return field
    }

    static func language(_ name: String, _ label: String, chosen: Language) -> FieldView {
        FieldView(
            name, label,
            .choice(
                Language.allCases.map {
                    Choice(value: $0.rawValue, text: ($0 == .english ? CommonText.english : .japanese)[$0], isChosen: $0 == chosen)
                }))
    }
}

/// What is wrong with a form that is shown again.
struct FormProblems: Sendable {
    private let problems: [FieldProblem]
    private let language: Language

    init(_ problems: [FieldProblem], _ language: Language) {
        self.problems = problems
        self.language = language
    }

    static func none(_ language: Language) -> FormProblems { FormProblems([], language) }

    /// What concerns one field.
    func at(_ field: String) -> String? {
        let texts = problems.filter { $0.field == field }.map { $0.message[language].sentence }
        return texts.isEmpty ? nil : texts.joined(separator: " ")
    }

    /// The box above the form: what belongs to none of the fields, or that there are marked fields.
    func summary(fields: [String]) -> AlertView? {
        guard !problems.isEmpty else { return nil }
        let others = problems.filter { problem in !fields.contains { $0 == problem.field } }.map { $0.message[language].sentence }
        return AlertView(text: others.isEmpty ? CommonText.checkFields[language] : others.joined(separator: " "))
    }
}

/// A box with a sentence.
struct AlertView: Sendable {
    var title: String?
    let text: String
}

extension AdministrationError {
    /// What the form is shown again with. - Throws: what only an error page can say.
    func formProblems() throws(AdministrationError) -> [FieldProblem] {
        switch self {
        case .invalid(let problems): return problems
        case .conflict(let message), .denied(let message): return [FieldProblem(field: nil, message: message)]
        case .settingsConflict, .tooManyAttempts, .unauthenticated: return [FieldProblem(field: nil, message: message)]
        case .notFound, .unavailable: throw self
        }
    }
}

extension String {
    /// Beginning with a capital letter.
    var sentence: String { prefix(1).uppercased() + dropFirst() }

    /// `nil` when empty: what templates test.
    var nonEmpty: String? { isEmpty ? nil : self }
}
