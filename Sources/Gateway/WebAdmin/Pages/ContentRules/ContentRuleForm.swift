import Administration
import Filtering
import Mail
import MessageLog
import Settings

/// A rule as it stands in the builder: rows as they were typed.
struct ContentRuleForm: Sendable {
    var name = ""
    var domain = ""
    var isEnabled = true
    var stops = false
    var needsAny = false
    var conditions: [ConditionRow] = []
    var actions: [ActionRow] = []
    /// Of the trial.
    var message = ""
    var stored = ""
    var sender = ""
    var recipients = ""
    var direction = MailDirection.inbound

    struct ConditionRow: Sendable {
        var isNegated = false
        var field = ""
        var header = ""
        var comparison = ContentCondition.Comparison.contains.rawValue
        var value = ""

        var isEmpty: Bool { field.isEmpty }

        var text: String {
            let word = field == "header" ? "header:\(header.trimmingWhiteSpace)" : field
            return "\(isNegated ? "not " : "")\(word) \(comparison) \(value.trimmingWhiteSpace)"
        }
    }

    struct ActionRow: Sendable {
        var kind = ""
        var value = ""

        var isEmpty: Bool { kind.isEmpty }
        var text: String { "\(kind) \(value.trimmingWhiteSpace)".trimmingWhiteSpace }
    }

    init() {}

    init(_ rule: ContentRule) {
        name = rule.name
        domain = rule.domain?.ascii ?? ""
        isEnabled = rule.isEnabled
        stops = rule.stops
        needsAny = rule.needsAny
        conditions = rule.conditions.map { condition in
            var row = ConditionRow()
            row.isNegated = condition.isNegated
            row.field = condition.field.word
            if case .header(let name) = condition.field {
                row.field = "header"
                row.header = name
            }
            row.comparison = condition.comparison.rawValue
            row.value = condition.value
            return row
        }
        actions = rule.actions.map { ActionRow(kind: $0.kind.rawValue, value: $0.value) }
    }

    init(_ values: FormValues) {
        name = values.trimmed("name")
        domain = values.trimmed("domain")
        isEnabled = values.trimmed("enabled") == "yes"
        stops = values.trimmed("stops") == "yes"
        needsAny = values.trimmed("needs") == "any"
        // Each row sends each of its controls, so that they belong together by their place.
        let negated = values.all("c-not")
        let headers = values.all("c-header")
        let comparisons = values.all("c-comparison")
        let texts = values.all("c-value")
        conditions = values.all("c-field").prefix(ContentRule.maximumConditions).enumerated().compactMap { index, field in
            guard headers.indices.contains(index), comparisons.indices.contains(index), texts.indices.contains(index),
                negated.indices.contains(index)
            else { return nil }
            return ConditionRow(
                isNegated: negated[index] == "yes", field: field, header: headers[index], comparison: comparisons[index],
                value: texts[index])
        }
        let actionValues = values.all("a-value")
        actions = values.all("a-kind").prefix(ContentRule.maximumActions).enumerated().compactMap { index, kind in
            actionValues.indices.contains(index) ? ActionRow(kind: kind, value: actionValues[index]) : nil
        }
        message = values["message"] ?? ""
        stored = values.trimmed("stored")
        sender = values.trimmed("sender")
        recipients = values.trimmed("recipients")
        direction = MailDirection(rawValue: values.trimmed("direction")) ?? .inbound
    }

    var input: ContentRuleInput {
        var input = ContentRuleInput(
            name: name, conditions: conditions.filter { !$0.isEmpty }.map(\.text), actions: actions.filter { !$0.isEmpty }.map(\.text))
        input.domain = domain
        input.isEnabled = isEnabled
        input.stops = stops
        input.needsAny = needsAny
        return input
    }

    func trial(replacing identifier: RecordIdentifier?) -> RuleTrialInput {
        var trial = RuleTrialInput()
        trial.message = message
        trial.stored = RecordIdentifier(stored)
        trial.sender = sender
        trial.recipients = recipients.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map(String.init)
        trial.direction = direction
        trial.draft = input
        trial.replaces = identifier
        return trial
    }
}
