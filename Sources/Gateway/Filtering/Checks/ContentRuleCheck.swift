import Mail
package import Settings

/// The administrators' content rules, in their order.
package struct ContentRuleCheck: MessageCheck {
    package static let name = "content-rules"
    package static let title = LocalizedText("Content rules", ja: "コンテンツルール")

    private let rules: CurrentContentRules

    package init(_ environment: CheckEnvironment) { rules = environment.contentRules }

    package var phases: Set<FilterPhase> { [.message] }
    package var needsContent: Bool { true }
    package var concernsOwnMail: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { !rules.rules.isEmpty }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        guard let message = subject.message else { return [] }
        let outcomes = rules.rules.evaluate(
            RuleMessage(
                structure: message.structure, sizeBytes: message.sizeBytes, reversePath: subject.reversePath,
                recipients: subject.recipients,
                direction: subject.direction))
        let results = Self.results(outcomes)
        return results.isEmpty ? [.nothing(self)] : results
    }

    /// What the rules that matched ask for; empty when none did.
    package static func results(_ outcomes: [ContentRules.Outcome]) -> [CheckResult] {
        outcomes.flatMap { outcome in
            var results = results(outcome)
            guard let recipients = outcome.recipients else { return results }
            let domain = outcome.rule.domain?.unicode
            for index in results.indices {
                results[index].recipients = recipients
                results[index].detail =
                    domain.map { LocalizedText(" Only for \($0).", ja: "（\($0) 宛てのみ）") }
                    ?? LocalizedText(" Only for some recipients.", ja: "（一部の宛先のみ）")
            }
            return results
        }
    }

    private static func results(_ outcome: ContentRules.Outcome) -> [CheckResult] {
        switch outcome.result {
        case .notMatched: return []
        case .undecided:
            let text = LocalizedText("Rule “\(outcome.rule.name)” could not be decided.", ja: "ルール「\(outcome.rule.name)」は判定できませんでした。")
            if outcome.isHeldBack {
                return [CheckResult(check: name, outcome: .found, weight: .quarantine, text: text, isExcusable: false)]
            }
            return [CheckResult(check: name, outcome: .undecided, weight: .score(.zero), text: text, isExcusable: true)]
        case .matched: return results(of: outcome.rule)
        }
    }

    /// One result for each demand or score; what is written into the message goes with the first. What was found in the message is
    /// never told: it may be what must not get out.
    private static func results(of rule: ContentRule) -> [CheckResult] {
        let text = LocalizedText("Rule “\(rule.name)”.", ja: "ルール「\(rule.name)」")
        var weights: [CheckResult.Weight] = []
        var marks: [MessageMark] = []
        for action in rule.actions {
            switch action {
            case .score(let score): weights.append(.score(score))
            case .quarantine: weights.append(.quarantine)
            case .reject: weights.append(.reject)
            case .tag(let tag): marks.append(.tag(tag))
            case .header(let name, let value): marks.append(.field(name: name, value: value))
            }
        }
        if weights.isEmpty { weights = [.score(.zero)] }
        // An administrator's own rule is not excused by an allow list.
        var results = weights.map { CheckResult(check: name, outcome: .found, weight: $0, text: text, isExcusable: false) }
        results[0].marks = marks
        return results
    }
}
