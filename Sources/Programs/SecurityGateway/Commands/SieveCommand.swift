import AdministrationAPI
import ArgumentParser
import Foundation

/// `sieve`: Sieve scripts, and what they would do.
struct SieveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sieve", abstract: "Sieve scripts of the cluster, of domains and of users.",
        subcommands: [List.self, Get.self, Put.self, Check.self, Try.self, Delete.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List the scripts.")

        @OptionGroup var node: HomeOptions
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await paging.show(APIPath("sieve-scripts"), SieveScriptDocument.self, session) { scripts, _ in
                var table = TextTable(
                    session.text("OWNER", "対象"), session.text("STATE", "状態"), session.text("NAME", "名前"), session.text("CHANGED", "変更日時"))
                for script in scripts { table.add(script.owner, script.active ? "active" : "inactive", script.name, script.changedAt) }
                return table.text
            }
        }
    }

    struct Get: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Write a script to standard output.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "“cluster”, a domain, or an address.") var owner: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("sieve-scripts", owner))
            try session.show(bytes, SieveScriptDocument.self) { script in
                let text = script.script ?? ""
                return text.hasSuffix("\n") ? text : text + "\n"
            }
        }
    }

    struct Put: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Save a script in the place of the owner's present one; it is checked first.",
            discussion: "Example: sieve put cluster /etc/securitygateway/cluster.sieve")

        @OptionGroup var node: HomeOptions
        @Argument(help: "“cluster”, a domain, or an address.") var owner: String
        @Argument(help: "A file with the script.") var file: String
        @Option(help: "Its name; that of the file if left out.") var name: String?
        @Flag(help: "Save it without running mail through it.") var inactive = false

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let text = try SieveCommand.content(file)
            let own = URL(fileURLWithPath: file).lastPathComponent
            let body = NewSieveScriptDocument(name: name ?? own, active: !inactive, script: text)
            let bytes = try await session.send(.put, APIPath("sieve-scripts", owner), body: body)
            try session.show(bytes, SieveScriptDocument.self) { script in
                session.text("The script of \(script.owner) was saved.\n", "\(script.owner) のスクリプトを保存しました。\n")
            }
        }
    }

    struct Check: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Tell what is wrong with a script; exit status 1 when something is.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "A file with the script.") var file: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let body = SieveTextDocument(script: try SieveCommand.content(file))
            let bytes = try await session.send(.post, APIPath("sieve-scripts", "check"), body: body)
            let check = try session.decoded(SieveCheckDocument.self, bytes)
            try session.show(bytes, SieveCheckDocument.self) { check in
                guard !check.faults.isEmpty else { return session.text("The script has no errors.\n", "スクリプトに誤りはありません。\n") }
                return check.faults.map { fault in
                    "\(file):\(fault.line):\(fault.column): \(session.text(fault.message, fault.messageJapanese))\n"
                }.joined()
            }
            guard check.faults.isEmpty else {
                let count = check.faults.count
                throw CommandFailure(description: session.text("the script has \(count) errors", "スクリプトに \(count) 件の誤りがあります"))
            }
        }
    }

    struct Try: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what the scripts would do with a message; nothing is sent or kept.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The recipient whose scripts are run.") var recipient: String
        @Argument(help: "A file with the message.") var file: String?
        @Option(help: "A message in quarantine instead.") var stored: String?
        @Option(help: "The envelope's sender.") var sender: String?
        @Option(help: "A file with a script that is not saved yet.") var script: String?
        @Option(help: "Whose script it would be: “cluster” (if left out), a domain, or an address.") var owner: String?
        @Option(help: "As if the checks had found this score.") var score: String?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            var body = NewSieveTrialDocument(recipient: recipient)
            if let file { body.message = try SieveCommand.content(file) }
            body.stored = stored
            body.sender = sender
            if let script { body.script = try SieveCommand.content(script) }
            body.owner = owner
            body.score = score
            let bytes = try await session.send(.post, APIPath("sieve-scripts", "try"), body: body)
            try session.show(bytes, SieveTrialDocument.self) { trial in
                var lines = [session.text("Result: \(trial.result)", "結果: \(trial.result)")]
                lines += trial.redirects.map { session.text("Redirected to \($0)", "\($0) に転送") }
                lines += trial.addedFields.map { session.text("Added field \($0)", "追加フィールド \($0)") }
                if trial.deletedFields > 0 {
                    lines.append(session.text("Deleted fields: \(trial.deletedFields)", "削除フィールド: \(trial.deletedFields)"))
                }
                lines += trial.reasons.map { session.text($0.message, $0.messageJapanese) }
                for script in trial.scripts {
                    lines.append("\(script.owner) “\(script.name)”")
                    lines += script.steps.map { step in
                        "  \(step.line): \(step.what)" + (step.holds.map { $0 ? " → true" : " → false" } ?? "")
                    }
                }
                return lines.joined(separator: "\n") + "\n"
            }
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a script.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "“cluster”, a domain, or an address.") var owner: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("sieve-scripts", owner))
            session.tell("The script was deleted.", "スクリプトを削除しました。")
        }
    }

    /// Bytes that are no UTF-8 become U+FFFD, which has no meaning in a script outside of strings.
    static func content(_ path: String) throws(CommandFailure) -> String {
        do {
            return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        } catch {
            throw CommandFailure(
                description: "\(path) cannot be read: \(error.localizedDescription)", exitCode: CommandFailure.usage)
        }
    }
}
