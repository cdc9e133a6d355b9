package import Mail
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
        let results = Self.results(outcomes, Stripping(structure: message.structure, settings: subject.settings.stripping))
        return results.isEmpty ? [.nothing(self)] : results
    }

    /// What may be taken out of a message.
    package struct Stripping: Sendable {
        let structure: MIMEStructure?
        let settings: StrippingSettings

        package init(structure: MIMEStructure?, settings: StrippingSettings) {
            self.structure = structure
            self.settings = settings
        }
    }

    /// What the rules that matched ask for; empty when none did.
    package static func results(_ outcomes: [ContentRules.Outcome], _ stripping: Stripping) -> [CheckResult] {
        outcomes.flatMap { outcome in
            var results = results(outcome, stripping)
            guard let recipients = outcome.recipients else { return results }
            let domain = outcome.rule.domain?.unicode
            for index in results.indices {
                results[index].recipients = recipients
                let detail = results[index].detail
                let scope =
                    domain.map { LocalizedText(" Only for \($0).", ja: "（\($0) 宛てのみ）") }
                    ?? LocalizedText(" Only for some recipients.", ja: "（一部の宛先のみ）")
                results[index].detail = LocalizedText(detail.english + scope.english, ja: detail.japanese + scope.japanese)
            }
            return results
        }
    }

    private static func results(_ outcome: ContentRules.Outcome, _ stripping: Stripping) -> [CheckResult] {
        switch outcome.result {
        case .notMatched: return []
        case .undecided:
            let text = LocalizedText("Rule “\(outcome.rule.name)” could not be decided.", ja: "ルール「\(outcome.rule.name)」は判定できませんでした。")
            if outcome.isHeldBack {
                return [CheckResult(check: name, outcome: .found, weight: .quarantine, text: text, isExcusable: false)]
            }
            return [CheckResult(check: name, outcome: .undecided, weight: .score(.zero), text: text, isExcusable: true)]
        case .matched: return results(of: outcome.rule, stripping)
        }
    }

    /// One result for each demand or score; what is written into the message goes with the first. What was found in the message is
    /// never told: it may be what must not get out.
    private static func results(of rule: ContentRule, _ stripping: Stripping) -> [CheckResult] {
        let text = LocalizedText("Rule “\(rule.name)”.", ja: "ルール「\(rule.name)」")
        var weights: [CheckResult.Weight] = []
        var marks: [MessageMark] = []
        var detail = LocalizedText("", ja: "")
        for action in rule.actions {
            switch action {
            case .score(let score): weights.append(.score(score))
            case .quarantine: weights.append(.quarantine)
            case .reject: weights.append(.reject)
            case .tag(let tag): marks.append(.tag(tag))
            case .header(let name, let value): marks.append(.field(name: name, value: value))
            case .strip(let bytes):
                // What was not read at all matched by its size or its envelope: nobody knows what is in it.
                let demand =
                    stripping.structure.map { AttachmentStrip.demand(AttachmentStrip.plan($0, minimumBytes: bytes), stripping.settings) }
                    ?? AttachmentStrip.demand(nil, parts: nil, stripping.settings)
                if demand.weight != .score(.zero) { weights.append(demand.weight) }
                marks += demand.marks
                detail = demand.detail
            }
        }
        if weights.isEmpty { weights = [.score(.zero)] }
        // An administrator's own rule is not excused by an allow list.
        var results = weights.map { CheckResult(check: name, outcome: .found, weight: $0, text: text, isExcusable: false) }
        results[0].marks = marks
        results[0].detail = detail
        return results
    }
}
