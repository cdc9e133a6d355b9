import Administration
import Filtering
import Mail
import MessageLog
import Settings

/// The list of content rules.
struct ContentRulesView: Sendable {
    let isEmpty: Bool
    let rows: [Row]

    struct Row: Sendable {
        let name: String
        let path: String
        let state: Badge
        let conditions: [String]
        let actions: [String]
        let domain: String
        let upLabel: String
        let downLabel: String
        let isFirst: Bool
        let isLast: Bool
    }

    init(_ rules: [ContentRule], _ language: Language) {
        isEmpty = rules.isEmpty
        rows = rules.enumerated().map { index, rule in
            Row(
                name: rule.name, path: "\(SitePath.contentRules)/\(rule.identifier)",
                state: rule.isEnabled
                    ? Badge(ContentRuleText.enabled.text, .good, language) : Badge(ContentRuleText.disabled.text, .neutral, language),
                conditions: rule.conditions.map { RuleWords.text($0, language) },
                actions: rule.actions.map { RuleWords.text($0, language) } + (rule.stops ? [ContentRuleText.stops[language]] : []),
                domain: rule.domain?.unicode ?? ContentRuleText.everybody[language],
                upLabel: ContentRuleText.moveUp.filled(language, rule.name),
                downLabel: ContentRuleText.moveDown.filled(language, rule.name),
                isFirst: index == 0, isLast: index == rules.count - 1)
        }
    }
}

/// The builder of one rule, with what a trial showed.
struct ContentRuleView: Sendable {
    let title: String
    let alert: AlertView?
    let path: String
    let isNew: Bool
    let name: FieldView
    let domain: FieldView
    let needs: FieldView
    let isEnabled: Bool
    let stops: Bool
    let conditions: [ConditionRow]
    let conditionProblem: String?
    let actions: [ActionRow]
    let actionProblem: String?
    let message: FieldView
    let stored: FieldView
    let sender: FieldView
    let recipients: FieldView
    let direction: FieldView
    let trial: Trial?

    /// Rows that a new rule shows.
    private static let fewestConditions = 3
    private static let fewestActions = 2

    struct ConditionRow: Sendable {
        let place: Int
        let negations: [FieldView.Choice]
        let fields: [FieldView.Choice]
        let header: String
        let comparisons: [FieldView.Choice]
        let value: String
        let problem: String?
    }

    struct ActionRow: Sendable {
        let place: Int
        let kinds: [FieldView.Choice]
        let value: String
        let problem: String?
    }

    struct Trial: Sendable {
        let verdict: String
        let score: String
        let isEmpty: Bool
        let stripped: String?
        let rows: [Row]

        struct Row: Sendable {
            let name: String
            let result: Badge
            let holding: [String]
        }
    }

    init(
        _ form: ContentRuleForm, _ rule: ContentRule?, _ domains: [DomainName], _ problems: [FieldProblem], _ trial: RuleTrial?,
        _ language: Language
    ) {
        let shown = FormProblems(problems, language)
        title = rule.map { ContentRuleText.editTitle.filled(language, $0.name) } ?? ContentRuleText.newTitle[language]
        path = rule.map { "\(SitePath.contentRules)/\($0.identifier)" } ?? "\(SitePath.contentRules)/new"
        isNew = rule == nil
        alert = shown.summary(fields: problems.compactMap(\.field))
        name = Self.input("name", .name, .nameHelp, form.name, shown, language, maximumLength: 100)
        var scope = FieldView(
            "domain", ContentRuleText.domain[language],
            .choice(
                [FieldView.Choice(value: "", text: ContentRuleText.everybody[language], isChosen: form.domain.isEmpty)]
                    + domains.map { FieldView.Choice(value: $0.ascii, text: $0.unicode, isChosen: $0.ascii == form.domain) }))
        scope.help = ContentRuleText.domainHelp[language]
        scope.problem = shown.at("domain")
        domain = scope
        needs = FieldView(
            "needs", ContentRuleText.needsAny[language],
            .choice([
                FieldView.Choice(value: "all", text: ContentRuleText.all[language], isChosen: !form.needsAny),
                FieldView.Choice(value: "any", text: ContentRuleText.any[language], isChosen: form.needsAny),
            ]))
        isEnabled = form.isEnabled
        stops = form.stops
        conditions = Self.conditions(form, shown, language)
        conditionProblem = shown.at("conditions")
        actions = Self.actions(form, shown, language)
        actionProblem = shown.at("actions")
        var text = FieldView("message", ContentRuleText.message[language], .area, value: form.message)
        text.help = ContentRuleText.messageHelp[language]
        text.problem = shown.at("message")
        message = text
        stored = Self.input("stored", .stored, .storedHelp, form.stored, shown, language, maximumLength: 40)
        sender = Self.input("sender", .sender, nil, form.sender, shown, language, maximumLength: 320)
        var to = FieldView("recipients", ContentRuleText.recipients[language], .area, value: form.recipients)
        to.help = ContentRuleText.recipientsHelp[language]
        to.problem = shown.at("recipients")
        recipients = to
        direction = FieldView(
            "direction", ContentRuleText.direction[language],
            .choice(
                MailDirection.allCases.map {
                    FieldView.Choice(value: $0.rawValue, text: $0.title[language], isChosen: $0 == form.direction)
                }))
        self.trial = trial.map { Trial($0, language) }
    }

    private static func input(
        _ name: String, _ label: ContentRuleText, _ help: ContentRuleText?, _ value: String, _ problems: FormProblems, _ language: Language,
        maximumLength: Int
    ) -> FieldView {
        var field = FieldView(name, label[language], value: value)
        field.help = help?[language]
        field.problem = problems.at(name)
        field.maximumLength = maximumLength
        return field
    }

    /// Problems are numbered by the rows that are filled in.
    private static func conditions(_ form: ContentRuleForm, _ problems: FormProblems, _ language: Language) -> [ConditionRow] {
        var rows = form.conditions
        while rows.count < fewestConditions { rows.append(ContentRuleForm.ConditionRow()) }
        var filled = -1
        return rows.prefix(ContentRule.maximumConditions).enumerated().map { index, row in
            if !row.isEmpty { filled += 1 }
            let nothing = FieldView.Choice(value: "", text: ContentRuleText.nothing[language], isChosen: row.isEmpty)
            return ConditionRow(
                place: index + 1,
                negations: [
                    FieldView.Choice(value: "", text: ContentRuleText.holds[language], isChosen: !row.isNegated),
                    FieldView.Choice(value: "yes", text: ContentRuleText.holdsNot[language], isChosen: row.isNegated),
                ],
                fields: [nothing]
                    + RuleWords.fields.map { FieldView.Choice(value: $0.value, text: $0.title[language], isChosen: $0.value == row.field) },
                header: row.header,
                comparisons: ContentCondition.Comparison.allCases.map {
                    FieldView.Choice(value: $0.rawValue, text: RuleWords.title($0)[language], isChosen: $0.rawValue == row.comparison)
                }, value: row.value, problem: row.isEmpty ? nil : problems.at("conditions[\(filled)]"))
        }
    }

    private static func actions(_ form: ContentRuleForm, _ problems: FormProblems, _ language: Language) -> [ActionRow] {
        var rows = form.actions
        while rows.count < fewestActions { rows.append(ContentRuleForm.ActionRow()) }
        var filled = -1
        return rows.prefix(ContentRule.maximumActions).enumerated().map { index, row in
            if !row.isEmpty { filled += 1 }
            return ActionRow(
                place: index + 1,
                kinds: [FieldView.Choice(value: "", text: ContentRuleText.nothing[language], isChosen: row.isEmpty)]
                    + ContentAction.Kind.allCases.map {
                        FieldView.Choice(value: $0.rawValue, text: RuleWords.title($0)[language], isChosen: $0.rawValue == row.kind)
                    }, value: row.value, problem: row.isEmpty ? nil : problems.at("actions[\(filled)]"))
        }
    }
}

extension ContentRuleView.Trial {
    init(_ trial: RuleTrial, _ language: Language) {
        verdict = trial.verdict.title[language]
        score = trial.score.description
        isEmpty = trial.outcomes.isEmpty
        stripped = trial.stripped.isEmpty ? nil : ContentRuleText.stripped.filled(language, trial.stripped.joined(separator: ", "))
        rows = trial.outcomes.map { outcome in
            let badge: Badge
            switch outcome.result {
            case .matched: badge = Badge(ContentRuleText.matched.text, .bad, language)
            case .notMatched: badge = Badge(ContentRuleText.notMatched.text, .neutral, language)
            case .undecided: badge = Badge(ContentRuleText.undecided.text, .warning, language)
            }
            return Row(name: outcome.rule.name, result: badge, holding: outcome.holding.map { RuleWords.text($0, language) })
        }
    }
}
