import AdministrationAPI
import ArgumentParser
import Settings

/// `registration-key`: admissions of nodes to the cluster.
struct RegistrationKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registration-key", abstract: "Keys by which nodes join the cluster, one for each node.",
        subcommands: [Issue.self, List.self, Revoke.self])

    struct Issue: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Issue a key for a further node and print it, this once only.")

        @OptionGroup var node: HomeOptions
        @Option(help: "What the key is for.") var note = ""

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.post, APIPath("registration-keys"), body: NewRegistrationKeyDocument(note: note))
            // The key alone, so that a script can take it.
            try session.show(bytes, RegistrationKeyDocument.self) { ($0.key ?? "") + "\n" }
        }
    }

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys and the nodes that use them, newest first.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("registration-keys"))
            try session.show(bytes, PageDocument<RegistrationKeyDocument>.self) { page in
                var table = TextTable(
                    session.text("KEY", "キー"), session.text("STATE", "状態"), session.text("NODE", "ノード"),
                    session.text("SINCE", "使用開始"), session.text("ISSUED", "発行"), session.text("NOTE", "メモ"))
                for key in page.items {
                    table.add(
                        key.identifier, key.state, key.nodeName ?? "-", key.boundAt.map(Shown.time) ?? "-", Shown.time(key.createdAt),
                        key.note)
                }
                return table.text
            }
        }
    }

    struct Revoke: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuse a key from now on; the node that uses it leaves the cluster at once.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The key, as “registration-key list” shows it.") var key: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("registration-keys", key))
            session.tell("\(PlainText.line(key)) was revoked.", "\(PlainText.line(key)) を失効させました。")
        }
    }
}
