import AdministrationAPI
import ArgumentParser
import Settings

/// `user`: the users of protected domains.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users of protected domains: mailboxes, aliases, and who may sign in to SMTP.",
        subcommands: [Add.self, List.self, Show.self, Change.self, SetPassword.self, UserAliasCommand.self, Delete.self])

    struct Add: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user.", discussion: "Without --password or --password-file he has no password and cannot sign in.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "His address, in a protected domain.") var address: String
        @Option(help: "His name.") var displayName: String?
        @Option(name: .customLong("alias"), help: "A further address; may be given several times.") var aliases: [String] = []
        @Flag(help: "He may not sign in, and his addresses do not count as known.") var disabled = false
        @Flag(name: .customLong("password"), help: "Ask for a password at the terminal.") var asksForPassword = false
        @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "file")) var passwordFile: String?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let wantsPassword = asksForPassword || passwordFile != nil
            let entry = UserEntryDocument(
                address: address, displayName: displayName, isEnabled: !disabled, aliases: aliases,
                password: wantsPassword ? try SecretFile.password(file: passwordFile, session) : nil)
            let bytes = try await session.send(.post, APIPath("users"), body: entry)
            try session.show(bytes, UserDocument.self) {
                session.text("\(PlainText.line($0.address)) was added.\n", "\(PlainText.line($0.address)) を追加しました。\n")
            }
        }
    }

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List the users of a domain.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain.") var domain: String
        @Option(help: "Only those whose address or name contains this.") var text: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await paging.show(APIPath("domains", domain, "users").with("text", text), UserDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("ADDRESS", "アドレス"), session.text("NAME", "表示名"), session.text("STATE", "状態"),
                    session.text("PASSWORD", "パスワード"), session.text("ALIASES", "エイリアス"))
                for user in page {
                    table.add(
                        user.address, user.displayName, UserCommand.state(user, session), UserCommand.password(user, session),
                        user.aliases.joined(separator: ", "))
                }
                return table.text
            }
        }
    }

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show one user.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "His address.") var address: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("users", address))
            try session.show(bytes, UserDocument.self) { UserCommand.text($0, session) }
        }
    }

    struct Change: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Change a user's name or state.", discussion: "What is not named stays.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "His address.") var address: String
        @Option(help: "His name.") var displayName: String?
        @Flag(help: "Whether he may sign in and his addresses count as known.") var state: UserStateFlag?

        func validate() throws {
            if displayName == nil && state == nil { throw ValidationError("nothing to change is named") }
        }

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let present = try await session.get(APIPath("users", address), UserDocument.self)
            let entry = UserEntryDocument(
                address: nil, displayName: displayName ?? present.displayName, isEnabled: state.map { $0 == .enable } ?? present.isEnabled,
                aliases: present.aliases, password: nil)
            let bytes = try await session.send(.put, APIPath("users", address), body: entry)
            try session.show(bytes, UserDocument.self) { UserCommand.text($0, session) }
        }
    }

    struct SetPassword: NodeCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-password", abstract: "Set or remove a user's password.",
            discussion: "Without --password-file it is asked for at the terminal.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "His address.") var address: String
        @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "file")) var passwordFile: String?
        @Flag(help: "Take the password away: he cannot sign in any more.") var remove = false

        func validate() throws {
            if remove && passwordFile != nil { throw ValidationError("--remove and --password-file exclude each other") }
        }

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("users", address, "password")
            let shown = PlainText.line(address)
            if remove {
                _ = try await session.send(.delete, path)
                session.tell("The password of \(shown) was removed.", "\(shown) のパスワードを削除しました。")
            } else {
                _ = try await session.send(
                    .put, path, body: PasswordDocument(password: try SecretFile.password(file: passwordFile, session)))
                session.tell("The password of \(shown) was set.", "\(shown) のパスワードを設定しました。")
            }
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a user with his aliases.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "His address.") var address: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("users", address))
            session.tell("\(PlainText.line(address)) was deleted.", "\(PlainText.line(address)) を削除しました。")
        }
    }

    static func text(_ user: UserDocument, _ session: CommandSession) -> String {
        var list = TextList()
        list.add(session.text("address", "アドレス"), user.address)
        list.add(session.text("name", "表示名"), user.displayName)
        list.add(session.text("state", "状態"), state(user, session))
        list.add(session.text("password", "パスワード"), password(user, session))
        list.add(session.text("aliases", "エイリアス"), user.aliases.joined(separator: ", "))
        list.add(session.text("since", "登録日時"), Shown.time(user.createdAt))
        return list.text
    }

    private static func state(_ user: UserDocument, _ session: CommandSession) -> String {
        user.isEnabled ? session.text("enabled", "有効") : session.text("disabled", "無効")
    }

    private static func password(_ user: UserDocument, _ session: CommandSession) -> String {
        user.hasPassword ? session.text("set", "設定済み") : session.text("none", "なし")
    }
}

/// Whether a user may sign in and receive.
enum UserStateFlag: String, EnumerableFlag {
    case enable, disable
}

/// `user alias`: the further addresses of a user.
struct UserAliasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Aliases of a user: mail to them is delivered to his address.",
        subcommands: [Add.self, Remove.self])

    struct Add: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Give a user further addresses.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The user's address.") var address: String
        @Argument(help: "The aliases, in protected domains.") var aliases: [String]

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await UserAliasCommand.change(address, session) { present in
                present + aliases.filter { alias in !present.contains { UserAliasCommand.isSame($0, alias) } }
            }
        }
    }

    struct Remove: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Take addresses from a user.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The user's address.") var address: String
        @Argument(help: "The aliases.") var aliases: [String]

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await UserAliasCommand.change(address, session) { present in
                present.filter { alias in !aliases.contains { UserAliasCommand.isSame($0, alias) } }
            }
        }
    }

    private static func isSame(_ left: String, _ right: String) -> Bool { left.lowercased() == right.lowercased() }

    private static func change(
        _ address: String, _ session: CommandSession, _ body: ([String]) -> [String]
    ) async throws(CommandFailure) {
        let present = try await session.get(APIPath("users", address), UserDocument.self)
        let entry = UserEntryDocument(
            address: nil, displayName: present.displayName, isEnabled: present.isEnabled, aliases: body(present.aliases), password: nil)
        let bytes = try await session.send(.put, APIPath("users", address), body: entry)
        try session.show(bytes, UserDocument.self) { UserCommand.text($0, session) }
    }
}
