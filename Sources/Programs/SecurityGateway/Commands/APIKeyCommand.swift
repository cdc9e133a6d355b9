import AdministrationAPI
import ArgumentParser
import Settings

/// `api-key`: keys with which programs use the API over HTTPS.
struct APIKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-key", abstract: "Keys of the REST API.", subcommands: [Create.self, List.self, Revoke.self])

    struct Create: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key and print it, this once only.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "What the key is for.") var name: String
        @Option(help: "read or full.") var access: AccessArgument = .read
        @Option(help: "How many days it is valid, 1 to 3650.") var days = 365

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let body = NewAPIKeyDocument(name: name, access: access.rawValue, days: days)
            let bytes = try await session.send(.post, APIPath("api-keys"), body: body)
            // The key alone, so that a script can take it.
            try session.show(bytes, APIKeyDocument.self) { ($0.key ?? "") + "\n" }
        }
    }

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys, newest first.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("api-keys"))
            try session.show(bytes, PageDocument<APIKeyDocument>.self) { page in
                var table = TextTable(
                    session.text("KEY", "キー"), session.text("ACCESS", "権限"), session.text("UNTIL", "期限"), session.text("REVOKED", "失効"),
                    session.text("LAST USED", "最終使用"), session.text("NAME", "名前"))
                for key in page.items {
                    table.add(
                        key.identifier, key.access, Shown.time(key.expiresAt), key.revokedAt.map(Shown.time) ?? "-",
                        key.lastUsedAt.map(Shown.time) ?? "-", key.name)
                }
                return table.text
            }
        }
    }

    struct Revoke: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse a key from now on.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The key, as “api-key list” shows it.") var key: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("api-keys", key))
            session.tell("\(PlainText.line(key)) was revoked.", "\(PlainText.line(key)) を失効させました。")
        }
    }
}

/// What a key may be used for, as a command takes it.
enum AccessArgument: String, ExpressibleByArgument, CaseIterable {
    case read, full
}
