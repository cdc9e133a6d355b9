import DomainsAndUsers
package import Filtering
import Mail
package import Settings

/// A content rule as it is entered, its conditions and actions in their text form.
package struct ContentRuleInput: Sendable, Hashable {
    package var name: String
    /// A protected domain, or empty for all.
    package var domain = ""
    package var isEnabled = true
    package var stops = false
    package var needsAny = false
    package var conditions: [String]
    package var actions: [String]

    package init(name: String, conditions: [String], actions: [String]) {
        self.name = name
        self.conditions = conditions
        self.actions = actions
    }
}

extension Administration {
    /// In their order.
    package func contentRules(_ caller: AdministrationCaller) async throws(AdministrationError) -> [ContentRule] {
        do throws(DirectoryError) {
            return try await ports.filtering.contentRules.contentRules()
        } catch {
            throw AdministrationError(error)
        }
    }

    package func contentRule(
        _ identifier: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> ContentRule {
        if let rule = try await contentRules(caller).first(where: { $0.identifier == identifier }) { return rule }
        throw .notFound(LocalizedText("There is no such rule (any more).", ja: "このルールはありません。"))
    }

    /// Adds a rule behind the others.
    package func addContentRule(
        _ input: ContentRuleInput, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> ContentRule {
        let last = try await contentRules(caller).last?.position ?? 0
        let rule = try await validated(input, RecordIdentifier(milliseconds: UTCTime.now().milliseconds), last + 1, caller)
        let audit = entry(caller, "content-rule.add", rule.name, Self.detail(rule))
        try await stored { store throws(DirectoryError) in try await store.insert([rule], audit: audit) }
        return rule
    }

    package func changeContentRule(
        _ identifier: RecordIdentifier, _ input: ContentRuleInput, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> ContentRule {
        let before = try await contentRule(identifier, caller)
        let rule = try await validated(input, identifier, before.position, caller)
        let audit = entry(
            caller, "content-rule.change", rule.name, Self.detail(rule), before: Self.detail(before), after: Self.detail(rule))
        try await stored { store throws(DirectoryError) in try await store.update(rule, audit: audit) }
        return rule
    }

    /// Puts a rule before or behind its neighbour; the first and the last stay where they are.
    package func moveContentRule(
        _ identifier: RecordIdentifier, up: Bool, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [ContentRule] {
        var rules = try await contentRules(caller)
        guard let index = rules.firstIndex(where: { $0.identifier == identifier }) else {
            throw .notFound(LocalizedText("There is no such rule (any more).", ja: "このルールはありません。"))
        }
        let other = up ? index - 1 : index + 1
        guard rules.indices.contains(other) else { return rules }
        rules.swapAt(index, other)
        var changed: [ContentRule] = []
        for place in rules.indices where rules[place].position != place + 1 {
            rules[place].position = place + 1
            changed.append(rules[place])
        }
        let audit = entry(caller, "content-rule.move", rules[other].name, up ? "up" : "down")
        let placed = changed
        try await stored { store throws(DirectoryError) in try await store.place(placed, audit: audit) }
        return rules
    }

    package func deleteContentRule(_ identifier: RecordIdentifier, _ caller: AdministrationCaller) async throws(AdministrationError) {
        let rule = try await contentRule(identifier, caller)
        let audit = entry(caller, "content-rule.delete", rule.name, Self.detail(rule))
        try await stored { store throws(DirectoryError) in try await store.deleteContentRule(identifier, audit: audit) }
    }

    /// Adds the ready-made rules against leaks of numbers, switched off: for looking at, trying and switching on.
    /// - Returns: those that were added; one whose name is there already is left out.
    package func addLeakRules(_ caller: AdministrationCaller) async throws(AdministrationError) -> [ContentRule] {
        let present = try await contentRules(caller)
        let names = Set(present.map(\.name))
        let wanted = LeakRules.all.filter { !names.contains($0.name) }
        guard !wanted.isEmpty else { return [] }
        var rules: [ContentRule] = []
        for (offset, input) in wanted.enumerated() {
            let identifier = RecordIdentifier(milliseconds: UTCTime.now().milliseconds)
            rules.append(try await validated(input, identifier, (present.last?.position ?? 0) + 1 + offset, caller))
        }
        let audit = entry(caller, "content-rule.add", rules.map(\.name).joined(separator: ", "), "\(rules.count)")
        let added = rules
        try await stored { store throws(DirectoryError) in try await store.insert(added, audit: audit) }
        return rules
    }

    private func stored(
        _ change: (any ContentRuleStore) async throws(DirectoryError) -> Void
    ) async throws(AdministrationError) {
        do throws(DirectoryError) {
            try await change(ports.filtering.contentRules)
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
    }

    /// The rule that the input makes, or every problem at its field: `name`, `domain`, `conditions[0]`, `actions[0]`.
    func validated(
        _ input: ContentRuleInput, _ identifier: RecordIdentifier, _ position: Int, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> ContentRule {
        var problems: [FieldProblem] = []
        let name = input.name.trimmed
        if name.isEmpty || name.utf8.count > ContentRule.maximumNameBytes || name.contains(where: \.isNewline) {
            problems.append(FieldProblem("name", "A name of 1 to 100 bytes is needed.", ja: "名前を 1 から 100 バイトで指定してください。"))
        }
        var domain: DomainName?
        if !input.domain.isEmpty {
            // What is no domain name is no protected domain either.
            let wanted = try? DomainName(input.domain)
            domain = try await domains(caller).map(\.name).first { $0 == wanted }
            if domain == nil {
                problems.append(
                    FieldProblem("domain", "“\(input.domain)” is not a protected domain.", ja: "「\(input.domain)」は保護対象ドメインではありません。"))
            }
        }
        let conditions = Self.read(input.conditions, "conditions", ContentRule.maximumConditions, &problems) {
            (text) throws(SettingsValueError) in
            try ContentCondition(text)
        }
        let actions = Self.read(input.actions, "actions", ContentRule.maximumActions, &problems) { (text) throws(SettingsValueError) in
            try ContentAction(text)
        }
        if conditions.reduce(0, { $0 + $1.description.utf8.count + 1 }) > 6_000 {
            problems.append(FieldProblem("conditions", "The conditions are too long together.", ja: "条件の合計が長すぎます。"))
        }
        guard problems.isEmpty else { throw .invalid(problems) }
        return ContentRule(
            identifier: identifier, position: position, name: name, domain: domain, isEnabled: input.isEnabled, stops: input.stops,
            needsAny: input.needsAny, conditions: conditions, actions: actions)
    }

    private static func read<Value>(
        _ texts: [String], _ field: String, _ maximum: Int, _ problems: inout [FieldProblem],
        _ make: (String) throws(SettingsValueError) -> Value
    ) -> [Value] {
        guard (1...maximum).contains(texts.count) else {
            problems.append(FieldProblem(field, "1 to \(maximum) are needed.", ja: "1 から \(maximum) 件を指定してください。"))
            return []
        }
        return texts.enumerated().compactMap { index, text in
            do throws(SettingsValueError) {
                return try make(text)
            } catch {
                problems.append(FieldProblem(field: "\(field)[\(index)]", message: error.message))
                return nil
            }
        }
    }

    static func detail(_ rule: ContentRule) -> String {
        let words = [rule.isEnabled ? "on" : "off", rule.domain.map { "for \($0.ascii)" }, rule.stops ? "stops" : nil].compactMap { $0 }
        let conditions = rule.conditions.map(\.description).joined(separator: rule.needsAny ? " OR " : " AND ")
        return "\(words.joined(separator: ", ")): \(conditions) → \(rule.actions.map(\.description).joined(separator: ", "))"
    }
}

/// The ready-made rules against leaks.
enum LeakRules {
    static var all: [ContentRuleInput] {
        [
            ("Outbound: My Number (マイナンバー)", ["data:my-number at-least 1"]),
            ("Outbound: corporate numbers (法人番号)", ["data:corporate-number at-least 10"]),
            ("Outbound: payment cards (カード番号)", ["data:card at-least 1"]),
            ("Outbound: IBAN (口座番号)", ["data:iban at-least 1"]),
        ].map { name, conditions in
            var input = ContentRuleInput(
                name: name, conditions: ["direction equals outbound"] + conditions, actions: ["quarantine"])
            input.isEnabled = false
            return input
        }
    }
}
