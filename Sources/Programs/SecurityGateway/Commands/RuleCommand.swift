import AdministrationAPI
import ArgumentParser
import Foundation

/// `rule`: the content rules, and what they would do.
struct RuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule", abstract: "The content rules.",
        subcommands: [Show.self, Add.self, Change.self, Move.self, Delete.self, Leaks.self, Try.self])

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List the rules in their order.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("content-rules"))
            try session.show(bytes, ContentRuleListDocument.self) { document in RuleCommand.table(document.items, session) }
        }
    }

    struct Add: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a rule behind the others.",
            discussion: "Example: rule add invoices --if 'header:Subject contains 請求書' --if 'attachment exists' --then quarantine")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Its name, which refused senders read.") var name: String
        @Option(name: .customLong("if"), help: "A condition: [not] FIELD COMPARISON [VALUE].") var conditions: [String]
        @Option(name: .customLong("then"), help: "An action: score 3.0, quarantine, reject, tag TEXT, header X-Name: value.")
        var actions: [String]
        @Option(help: "Only mail to or from this protected domain.") var domain: String?
        @Flag(help: "One condition is enough.") var any = false
        @Flag(help: "When it matches, no later rule is asked.") var stops = false
        @Flag(help: "Add it switched off.") var off = false

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            var body = NewContentRuleDocument(name: name, conditions: conditions, actions: actions)
            body.domain = domain ?? ""
            body.any = any
            body.stops = stops
            body.enabled = !off
            let bytes = try await session.send(.post, APIPath("content-rules"), body: body)
            try session.show(bytes, ContentRuleDocument.self) { rule in
                session.text("The rule \(rule.rule) was added.\n", "ルール \(rule.rule) を追加しました。\n")
            }
        }
    }

    struct Change: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Switch a rule on or off, or replace its conditions or actions.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The rule, as “rule show” shows it.") var rule: String
        @Option(help: "on or off.") var state: RuleStateArgument?
        @Option(help: "A new name.") var name: String?
        @Option(name: .customLong("if"), help: "Conditions instead of the present ones.") var conditions: [String] = []
        @Option(name: .customLong("then"), help: "Actions instead of the present ones.") var actions: [String] = []

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let present = try session.decoded(ContentRuleDocument.self, try await session.send(.get, APIPath("content-rules", rule)))
            var body = NewContentRuleDocument(present)
            if let state { body.enabled = state == .on }
            if let name { body.name = name }
            if !conditions.isEmpty { body.conditions = conditions }
            if !actions.isEmpty { body.actions = actions }
            let bytes = try await session.send(.put, APIPath("content-rules", rule), body: body)
            try session.show(bytes, ContentRuleDocument.self) { _ in session.text("The rule was saved.\n", "ルールを保存しました。\n") }
        }
    }

    struct Move: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Put a rule one place up or down.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The rule, as “rule show” shows it.") var rule: String
        @Argument(help: "up or down.") var way: RuleMoveArgument

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("content-rules", rule, "move"), body: RuleMoveDocument(to: way.rawValue))
            try session.show(bytes, ContentRuleListDocument.self) { document in RuleCommand.table(document.items, session) }
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a rule.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The rule, as “rule show” shows it.") var rule: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("content-rules", rule))
            session.tell("The rule was deleted.", "ルールを削除しました。")
        }
    }

    struct Leaks: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Add the ready-made rules against leaks of numbers, switched off.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.post, APIPath("content-rules", "leaks"), body: EmptyDocument())
            try session.show(bytes, ContentRuleListDocument.self) { document in RuleCommand.table(document.items, session) }
        }
    }

    struct Try: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what the rules would do with a message; nothing is sent or kept.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "A file with the message.") var file: String?
        @Option(help: "A message in quarantine instead.") var stored: String?
        @Option(help: "The envelope's sender.") var sender: String?
        @Option(help: "A recipient; may be repeated.") var recipient: [String] = []
        @Option(help: "inbound, outbound or internal.") var direction: String?
        @Option(name: .customLong("if"), help: "A condition of a rule that is not saved yet.") var conditions: [String] = []
        @Option(name: .customLong("then"), help: "An action of that rule.") var actions: [String] = []

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            var body = NewRuleTrialDocument()
            if let file { body.message = try Self.content(file) }
            body.stored = stored
            body.sender = sender
            body.recipients = recipient
            body.direction = direction
            if !conditions.isEmpty {
                body.conditions = conditions
                body.actions = actions
            }
            let bytes = try await session.send(.post, APIPath("content-rules", "try"), body: body)
            try session.show(bytes, RuleTrialDocument.self) { trial in
                var table = TextTable(session.text("RESULT", "結果"), session.text("RULE", "ルール"), session.text("HOLDS", "成立した条件"))
                for rule in trial.rules { table.add(rule.result, rule.name, rule.holding.joined(separator: "; ")) }
                let names = trial.stripped.joined(separator: ", ")
                let stripped = names.isEmpty ? "" : session.text("Attachments taken out: \(names)\n", "分離する添付ファイル: \(names)\n")
                return session.text("Verdict: \(trial.verdict), score \(trial.score)\n", "判定: \(trial.verdict)、スコア \(trial.score)\n")
                    + stripped + table.text
            }
        }

        /// Bytes that are no UTF-8 become U+FFFD: a message in another charset is better tried from quarantine.
        private static func content(_ path: String) throws(CommandFailure) -> String {
            do {
                return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
            } catch {
                throw CommandFailure(
                    description: "\(path) cannot be read: \(error.localizedDescription)", exitCode: CommandFailure.usage)
            }
        }
    }

    static func table(_ rules: [ContentRuleDocument], _ session: CommandSession) -> String {
        var table = TextTable(
            session.text("RULE", "ルール"), session.text("STATE", "状態"), session.text("NAME", "名前"), session.text("IF", "条件"),
            session.text("THEN", "動作"), session.text("DOMAIN", "ドメイン"))
        for rule in rules {
            table.add(
                rule.rule, rule.enabled ? "on" : "off", rule.name, rule.conditions.joined(separator: rule.any ? " OR " : " AND "),
                rule.actions.joined(separator: ", "), rule.domain)
        }
        return table.text
    }
}

/// A rule's state as a command takes it.
enum RuleStateArgument: String, ExpressibleByArgument, CaseIterable {
    case on, off
}

/// Where a rule goes, as a command takes it.
enum RuleMoveArgument: String, ExpressibleByArgument, CaseIterable {
    case up, down
}
