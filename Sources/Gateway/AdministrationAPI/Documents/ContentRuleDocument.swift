import Administration
import Filtering
import Mail
import MessageLog
import Settings

/// A content rule, its conditions and actions in their text form.
package struct ContentRuleDocument: Codable, Sendable {
    package let rule: String
    package let name: String
    /// A protected domain; empty for all mail.
    package let domain: String
    package let enabled: Bool
    package let stops: Bool
    /// Whether one of the conditions is enough.
    package let any: Bool
    package let conditions: [String]
    package let actions: [String]

    init(_ rule: ContentRule) {
        self.rule = rule.identifier.description
        name = rule.name
        domain = rule.domain?.ascii ?? ""
        enabled = rule.isEnabled
        stops = rule.stops
        any = rule.needsAny
        conditions = rule.conditions.map(\.description)
        actions = rule.actions.map(\.description)
    }
}

/// All rules in their order.
package struct ContentRuleListDocument: Codable, Sendable {
    package let items: [ContentRuleDocument]
}

/// A rule as a command sends it.
package struct NewContentRuleDocument: Codable, Sendable {
    package var name: String
    package var domain: String
    package var enabled: Bool
    package var stops: Bool
    package var any: Bool
    package var conditions: [String]
    package var actions: [String]

    package init(name: String, conditions: [String], actions: [String]) {
        self.name = name
        domain = ""
        enabled = true
        stops = false
        any = false
        self.conditions = conditions
        self.actions = actions
    }

    /// The same rule as it is, for sending it back changed.
    package init(_ rule: ContentRuleDocument) {
        name = rule.name
        domain = rule.domain
        enabled = rule.enabled
        stops = rule.stops
        any = rule.any
        conditions = rule.conditions
        actions = rule.actions
    }
}

/// Where a rule goes.
package struct RuleMoveDocument: Codable, Sendable {
    package let to: String

    package init(to: String) { self.to = to }
}

/// A message to try the rules on, as a command sends it.
package struct NewRuleTrialDocument: Codable, Sendable {
    package var message: String?
    package var stored: String?
    package var sender: String?
    package var recipients: [String]?
    package var direction: String?
    package var conditions: [String]?
    package var actions: [String]?

    package init() {}
}

/// What would happen.
package struct RuleTrialDocument: Codable, Sendable {
    package let verdict: String
    package let score: String
    /// Names of attachments that would be taken out.
    package let stripped: [String]
    package let rules: [Outcome]

    package struct Outcome: Codable, Sendable {
        package let rule: String
        package let name: String
        package let result: String
        /// The conditions that hold.
        package let holding: [String]
    }

    init(_ trial: RuleTrial) {
        verdict = trial.verdict.rawValue
        score = trial.score.description
        stripped = trial.stripped
        rules = trial.outcomes.map { outcome in
            let result: String
            switch outcome.result {
            case .matched: result = "matched"
            case .notMatched: result = "not-matched"
            case .undecided: result = "undecided"
            }
            return Outcome(
                rule: outcome.rule.identifier.description, name: outcome.rule.name, result: result,
                holding: outcome.holding.map(\.description))
        }
    }
}
