import DomainsAndUsers
import Mail
import MessageLog
package import Settings
import Synchronization

/// All content rules at one revision, ready to be asked about every message; immutable.
package struct ContentRules: Sendable {
    package let revision: SettingsRevision
    /// Enabled ones, in their order, with their patterns compiled.
    let compiled: [CompiledRule]
    private let domains: Set<DomainName>

    package static let empty = ContentRules(revision: .none, rules: [])

    package init(revision: SettingsRevision, rules: [ContentRule]) {
        self.revision = revision
        compiled = rules.filter(\.isEnabled).sorted { ($0.position, $0.identifier) < ($1.position, $1.identifier) }.map(CompiledRule.init)
        domains = Set(compiled.compactMap(\.rule.domain))
    }

    package var isEmpty: Bool { compiled.isEmpty }

    /// Asks the rules one after another, for the recipients of each domain that has rules of its own: what a domain's rule says, and
    /// that later rules are not asked, is for its own mail alone.
    package func evaluate(_ message: RuleMessage) -> [Outcome] {
        let groups = groups(message.recipients)
        var open = Set(groups.keys)
        var texts = RuleTexts(message)
        var outcomes: [Outcome] = []
        for rule in compiled {
            let asked = rule.concernsAll(message) ? open : open.intersection([rule.rule.domain])
            guard !asked.isEmpty else { continue }
            var outcome = rule.evaluate(message, &texts)
            if asked.count < groups.count { outcome.recipients = Set(asked.flatMap { groups[$0] ?? [] }) }
            outcomes.append(outcome)
            if outcome.result == .matched, rule.rule.stops { open.subtract(asked) }
            if open.isEmpty { break }
        }
        return outcomes
    }

    /// Ordinals of the recipients by domain, those together whose domains have no rules of their own; never empty.
    private func groups(_ recipients: [EmailAddress]) -> [DomainName?: [Int]] {
        guard !recipients.isEmpty, !domains.isEmpty else { return [nil: Array(recipients.indices)] }
        return Dictionary(grouping: recipients.indices) { index in recipients[index].domainName.flatMap { domains.contains($0) ? $0 : nil }
        }
    }

    /// What a rule said about a message.
    package struct Outcome: Sendable, Hashable {
        package let rule: ContentRule
        package let result: Result
        /// The conditions that hold.
        package let holding: [ContentCondition]
        /// Ordinals of the recipients that it is about; `nil`: all.
        package internal(set) var recipients: Set<Int>?

        /// Undecided, it would let numbers out that it is there to keep in: whoever pads a text so far would choose that. What was not
        /// read at all is left out: else a leak rule would keep back every large message.
        package var isHeldBack: Bool {
            guard result == .undecided, wasRead, rule.actions.contains(where: { $0 == .quarantine || $0 == .reject }) else { return false }
            return rule.conditions.contains { if case .data = $0.field { !$0.isNegated } else { false } }
        }
        let wasRead: Bool

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

    /// Whether it is for the whole message: a rule for everybody's mail, or of the domain that sends it. Anybody can write a domain's
    /// name into a sender's address, so it counts only in mail of users and trusted networks.
    func concernsAll(_ message: RuleMessage) -> Bool {
        guard let domain = rule.domain else { return true }
        return message.direction != .inbound && message.reversePath.address?.domainName == domain
    }

    func evaluate(_ message: RuleMessage, _ texts: inout RuleTexts) -> ContentRules.Outcome {
        var holding: [ContentCondition] = []
        var isUndecided = false
        for condition in conditions {
            switch holds(condition, message, &texts) {
            case nil: isUndecided = true
            case true?: holding.append(condition.condition)
            case false?:
                if !rule.needsAny {
                    return ContentRules.Outcome(rule: rule, result: .notMatched, holding: holding, wasRead: message.structure != nil)
                }
            }
        }
        let isMatch = rule.needsAny ? !holding.isEmpty : holding.count == conditions.count
        let result: ContentRules.Outcome.Result = isMatch ? .matched : isUndecided ? .undecided : .notMatched
        return ContentRules.Outcome(rule: rule, result: result, holding: holding, wasRead: message.structure != nil)
    }

    /// - Returns: `nil` when it cannot be told.
    private func holds(_ condition: Condition, _ message: RuleMessage, _ texts: inout RuleTexts) -> Bool? {
        let holds: Bool?
        switch condition.condition.field {
        case .size: holds = Int(condition.condition.value).map { message.sizeBytes >= $0 }
        case .direction: holds = message.direction.rawValue == condition.condition.value
        case .data(let kind):
            let least = Int(condition.condition.value) ?? 1
            holds = texts.count(of: kind).flatMap { $0 >= least ? true : texts.isCut(.data(kind)) ? nil : false }
        case .header, .sender, .recipient, .recipientDomain, .body, .attachment:
            let occurs = occurs(condition, texts.values(of: condition.condition.field), &texts)
            holds = occurs == false && texts.isCut(condition.condition.field) ? nil : occurs
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
