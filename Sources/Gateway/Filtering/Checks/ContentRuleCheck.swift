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
        let stripping = StrippingContext(structure: message.structure, unstrippable: subject.settings.stripping.unstrippable)
        let results = Self.results(outcomes, stripping)
        return results.isEmpty ? [.nothing(self)] : results
    }

    /// What the rules that matched ask for; empty when none did.
    package static func results(_ outcomes: [ContentRules.Outcome]) -> [CheckResult] { results(outcomes, nil) }

    /// What may be taken out of a message.
    private struct StrippingContext {
        let structure: MIMEStructure?
        let unstrippable: StrippingSettings.Unstrippable
    }

    private static func results(_ outcomes: [ContentRules.Outcome], _ stripping: StrippingContext?) -> [CheckResult] {
        outcomes.flatMap { results($0, stripping) }
    }

    private static func results(_ outcome: ContentRules.Outcome, _ stripping: StrippingContext?) -> [CheckResult] {
        switch outcome.result {
        case .notMatched: return []
        case .undecided:
            let text = LocalizedText("Rule “\(outcome.rule.name)” could not be decided.", ja: "ルール「\(outcome.rule.name)」は判定できませんでした。")
            return [CheckResult(check: name, outcome: .undecided, weight: .score(.zero), text: text, isExcusable: true)]
        case .matched: return results(of: outcome.rule, stripping)
        }
    }

    /// One result for each demand or score; what is written into the message goes with the first. What was found in the message is
    /// never told: it may be what must not get out.
    private static func results(of rule: ContentRule, _ stripping: StrippingContext?) -> [CheckResult] {
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
            case .strip(let bytes):
                guard let stripping, let structure = stripping.structure else { continue }
                switch AttachmentStrip.plan(structure, minimumBytes: bytes) {
                case .nothing: continue
                case .parts: marks.append(.strip(minimumBytes: bytes))
                case .impossible: if stripping.unstrippable == .quarantine { weights.append(.quarantine) }
                }
            }
        }
        if weights.isEmpty { weights = [.score(.zero)] }
        // An administrator's own rule is not excused by an allow list.
        var results = weights.map { CheckResult(check: name, outcome: .found, weight: $0, text: text, isExcusable: false) }
        results[0].marks = marks
        return results
    }
}
