import AdministrationAPI
import ArgumentParser
import Settings

/// `dkim`: signing the mail of protected domains.
struct DKIMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dkim", abstract: "Signing the mail of protected domains.", subcommands: [Key.self])

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The keys of a domain.", subcommands: [Create.self, List.self, Show.self, Activate.self, Remove.self])
    }
}

extension DKIMCommand.Key {
    struct Create: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key and print the record to publish; nothing is signed with it before it is activated.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The protected domain.") var domain: String
        @Option(help: "The key's name in DNS; without it one is made of the date.") var selector: String?
        @Option(help: "rsa (2048 bits) or ed25519.") var kind: SigningKeyKindArgument?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let body = NewSigningKeyDocument(selector: selector, kind: kind?.rawValue)
            let bytes = try await session.send(.post, APIPath("domains", domain, "signing-keys"), body: body)
            try session.show(bytes, SigningKeyDocument.self) { $0.zoneLine + "\n" }
        }
    }

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys of a domain.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The protected domain.") var domain: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("domains", domain, "signing-keys"))
            try session.show(bytes, PageDocument<SigningKeyDocument>.self) { page in
                var table = TextTable(
                    session.text("SELECTOR", "セレクター"), session.text("KIND", "種類"), session.text("BITS", "ビット数"),
                    session.text("SIGNS", "署名に使用"), session.text("CREATED", "作成"))
                for key in page.items {
                    table.add(
                        key.selector, key.kind, String(key.bits), key.isActive ? session.text("yes", "はい") : session.text("no", "いいえ"),
                        Shown.time(key.createdAt))
                }
                return table.text
            }
        }
    }

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Print the record to publish, as a line of a zone file.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The protected domain.") var domain: String
        @Argument(help: "The key, as “dkim key list” shows it.") var selector: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("domains", domain, "signing-keys", selector))
            try session.show(bytes, SigningKeyDocument.self) { $0.zoneLine + "\n" }
        }
    }

    struct Activate: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign with this key from now on, and with no other of its kind. Publish its record first.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The protected domain.") var domain: String
        @Argument(help: "The key, as “dkim key list” shows it.") var selector: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("domains", domain, "signing-keys", selector, "activate"), body: EmptyDocument())
            try session.show(bytes, SigningKeyDocument.self) { key in
                session.text(
                    "Mail of \(key.domain) is signed with \(key.selector).\n", "\(key.domain) のメールに \(key.selector) で署名します。\n")
            }
        }
    }

    struct Remove: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a key; mail is signed with it no longer.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The protected domain.") var domain: String
        @Argument(help: "The key, as “dkim key list” shows it.") var selector: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("domains", domain, "signing-keys", selector))
            session.tell("\(PlainText.line(selector)) was removed.", "\(PlainText.line(selector)) を削除しました。")
        }
    }
}

/// Kinds of keys as a command takes them.
enum SigningKeyKindArgument: String, ExpressibleByArgument, CaseIterable {
    case rsa, ed25519
}
