import Mail
import MessageLog
package import Settings
import Synchronization

/// All content rules at one revision, ready to be asked about every message; immutable.
package struct ContentRules: Sendable {
    package let revision: SettingsRevision
    /// Enabled ones, in their order, with their patterns compiled.
    let compiled: [CompiledRule]

    package static let empty = ContentRules(revision: .none, rules: [])

    package init(revision: SettingsRevision, rules: [ContentRule]) {
        self.revision = revision
        compiled = rules.filter(\.isEnabled).sorted { ($0.position, $0.identifier) < ($1.position, $1.identifier) }.map(CompiledRule.init)
    }

    package var isEmpty: Bool { compiled.isEmpty }

    /// Asks the rules one after another.
    package func evaluate(_ message: RuleMessage) -> [Outcome] {
        var texts = RuleTexts(message)
        var outcomes: [Outcome] = []
        for rule in compiled where rule.concerns(message) {
            let outcome = rule.evaluate(message, &texts)
            outcomes.append(outcome)
            if outcome.result == .matched, rule.rule.stops { break }
        }
        return outcomes
    }

    /// What a rule said about a message.
    package struct Outcome: Sendable, Hashable {
        package let rule: ContentRule
        package let result: Result
        /// The conditions that hold.
        package let holding: [ContentCondition]

        package enum Result: Sendable, Hashable {
            case matched, notMatched
            /// Its patterns would have taken too long, or the message could not be read whole.
            case undecided
        }
    }
}

/// The content rules in force on this node. Reading them is cheap and never waits.
package final class CurrentContentRules: Sendable {
    private let state: Mutex<ContentRules>

    package init(_ rules: ContentRules = .empty) { state = Mutex(rules) }

    package var rules: ContentRules { state.withLock { $0 } }

    /// Takes rules over if they are not older than the present ones.
    package func adopt(_ rules: ContentRules) {
        state.withLock { if rules.revision >= $0.revision { $0 = rules } }
    }
}

/// A rule with what is compared prepared once.
struct CompiledRule: Sendable {
    let rule: ContentRule
    private let conditions: [Condition]

    private struct Condition: Sendable {
        let condition: ContentCondition
        let text: FoldedText
        let pattern: LinearPattern?
    }

    init(_ rule: ContentRule) {
        self.rule = rule
        conditions = rule.conditions.map { condition in
            // Conditions are made only with patterns that can be compiled.
            let pattern = condition.comparison == .matches ? try? LinearPattern(condition.value) : nil
            return Condition(condition: condition, text: FoldedText(condition.value), pattern: pattern)
        }
    }

    /// Whether it is for the mail of this sender or these recipients.
    func concerns(_ message: RuleMessage) -> Bool {
        guard let domain = rule.domain else { return true }
        return message.recipients.contains { $0.domainName == domain } || message.reversePath.address?.domainName == domain
    }

    func evaluate(_ message: RuleMessage, _ texts: inout RuleTexts) -> ContentRules.Outcome {
        var holding: [ContentCondition] = []
        var isUndecided = false
        for condition in conditions {
            switch holds(condition, message, &texts) {
            case nil: isUndecided = true
            case true?: holding.append(condition.condition)
            case false?: if !rule.needsAny { return ContentRules.Outcome(rule: rule, result: .notMatched, holding: holding) }
            }
        }
        let isMatch = rule.needsAny ? !holding.isEmpty : holding.count == conditions.count
        let result: ContentRules.Outcome.Result = isMatch ? .matched : isUndecided ? .undecided : .notMatched
        return ContentRules.Outcome(rule: rule, result: result, holding: holding)
    }

    /// - Returns: `nil` when it cannot be told.
    private func holds(_ condition: Condition, _ message: RuleMessage, _ texts: inout RuleTexts) -> Bool? {
        let holds: Bool?
        switch condition.condition.field {
        case .size: holds = Int(condition.condition.value).map { message.sizeBytes >= $0 }
        case .direction: holds = message.direction.rawValue == condition.condition.value
        case .data(let kind):
            let least = Int(condition.condition.value) ?? 1
            holds = texts.count(of: kind).map { $0 >= least }
        case .header, .sender, .recipient, .recipientDomain, .body, .attachment:
            holds = occurs(condition, texts.values(of: condition.condition.field), &texts)
        }
        return holds.map { $0 != condition.condition.isNegated }
    }

    private func occurs(_ condition: Condition, _ values: [FoldedText]?, _ texts: inout RuleTexts) -> Bool? {
        guard let values else { return nil }
        switch condition.condition.comparison {
        case .exists: return !values.isEmpty
        case .contains: return values.contains { $0.contains(condition.text) }
        case .equals: return values.contains { $0 == condition.text }
        case .matches:
            guard let pattern = condition.pattern else { return nil }
            for value in values {
                guard let isMatch = pattern.matches(value, steps: &texts.steps) else { return nil }
                if isMatch { return true }
            }
            return false
        case .atLeast: return nil
        }
    }
}
