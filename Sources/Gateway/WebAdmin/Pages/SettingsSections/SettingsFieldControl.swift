import Settings

/// The control for a setting, chosen by its kind.
struct SettingsFieldControl: Sendable {
    private let field: SettingsFieldDescription
    private let language: Language

    init(_ field: SettingsFieldDescription, _ language: Language) {
        self.field = field
        self.language = language
    }

    /// - Parameters:
    ///   - text: what the control shows: the stored value, or what was typed.
    ///   - present: the stored value.
    func view(text: String, present: String, isReset: Bool, problem: String?) -> FieldView {
        var view = FieldView(SettingsForm.prefix + field.name, field.title[language], control(text), value: shown(text))
        view.help = field.documentation[language]
        view.problem = problem
        view.footnote = footnote
        view.unit = unit
        view.inputMode = isInteger ? "numeric" : nil
        if case .text(let bytes) = field.kind { view.maximumLength = bytes }
        if present != field.defaultText {
            view.reset = FieldView.Reset(
                name: field.name, label: SettingsText.reset.filled(language, defaultValue), isChosen: isReset)
        }
        return view
    }

    private func control(_ text: String) -> FieldView.Control {
        switch field.kind {
        case .integer, .text: return .input()
        case .list: return .area
        case .selection(let choices):
            let chosen = Set(Self.items(text))
            // What is chosen stands first; the rest as people look names up.
            let sorted = choices.map {
                FieldView.Choice(value: $0.value, text: "\($0.title[language]) (\($0.value))", isChosen: chosen.contains($0.value))
            }
            .sorted { ($0.isChosen ? 0 : 1, $0.text) < ($1.isChosen ? 0 : 1, $1.text) }
            return .checks(sorted)
        case .boolean:
            return .choice([
                FieldView.Choice(value: "true", text: CommonText.yes[language], isChosen: text == "true"),
                FieldView.Choice(value: "false", text: CommonText.no[language], isChosen: text != "true"),
            ])
        case .choice(let choices):
            return .choice(choices.map { FieldView.Choice(value: $0.value, text: $0.title[language], isChosen: $0.value == text) })
        }
    }

    /// A list stands one item a line.
    private func shown(_ text: String) -> String {
        guard case .list = field.kind else { return text }
        return Self.items(text).joined(separator: "\n")
    }

    private static func items(_ text: String) -> [String] {
        text.split { $0 == "," || $0.isNewline }.map(\.trimmingWhiteSpace).filter { !$0.isEmpty }
    }

    private var isInteger: Bool {
        if case .integer = field.kind { true } else { false }
    }

    private var unit: String? {
        guard case .integer(_, _, let unit) = field.kind else { return nil }
        return unit.title[language].nonEmpty
    }

    private var footnote: String {
        let standard = SettingsText.defaultValue.filled(language, defaultValue)
        switch field.kind {
        case .integer(let minimum, let maximum, _):
            return "\(standard) · \(SettingsText.range.filled(language, ShownValue.number(minimum), ShownValue.number(maximum)))"
        case .list(let maximum): return "\(standard) · \(SettingsText.perLine.filled(language, maximum))"
        case .text, .boolean, .choice, .selection: return standard
        }
    }

    private var defaultValue: String {
        switch field.kind {
        case .boolean: return (field.defaultText == "true" ? CommonText.yes : .no)[language]
        case .choice(let choices): return choices.first { $0.value == field.defaultText }?.title[language] ?? field.defaultText
        case .integer: return Int(field.defaultText).map(ShownValue.number) ?? field.defaultText
        case .text, .list, .selection: return field.defaultText.nonEmpty ?? SettingsText.emptyValue[language]
        }
    }
}
