import AdministrationAPI
import ArgumentParser
import Settings

/// `administrator`: who may sign in to the pages.
struct AdministratorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "administrator", abstract: "Administrators of the web interface.",
        subcommands: [Add.self, List.self, Password.self, Delete.self])

    /// Without it the password is asked for at the terminal.
    struct PasswordOption: ParsableArguments {
        @Option(help: ArgumentHelp("A file whose first line is the password; without it the password is asked for.", valueName: "file"))
        var passwordFile: String?
    }

    struct Add: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Add an administrator.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Sign-in name.") var name: String
        @OptionGroup var password: PasswordOption
        @Option(help: "Language of the pages: en or ja.") var language: LanguageArgument?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let entry = NewAdministratorDocument(
                name: name, password: try SecretFile.password(file: password.passwordFile, session),
                language: language?.rawValue ?? session.language.rawValue)
            let bytes = try await session.send(.post, APIPath("administrators"), body: entry)
            try session.show(bytes, AdministratorDocument.self) { session.text("\($0.name) was added.\n", "\($0.name) を追加しました。\n") }
        }
    }

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List administrators.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("administrators"))
            try session.show(bytes, PageDocument<AdministratorDocument>.self) { page in
                var table = TextTable(
                    session.text("NAME", "名前"), session.text("ROLE", "役割"), session.text("LANGUAGE", "言語"), session.text("SINCE", "作成"))
                for administrator in page.items {
                    table.add(administrator.name, administrator.role, administrator.language, Shown.time(administrator.createdAt))
                }
                return table.text
            }
        }
    }

    struct Password: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Set a password and end all sessions of the administrator.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Sign-in name.") var name: String
        @OptionGroup var password: PasswordOption

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let body = PasswordDocument(password: try SecretFile.password(file: password.passwordFile, session))
            _ = try await session.send(.put, APIPath("administrators", name, "password"), body: body)
            session.tell("The password of \(PlainText.line(name)) was set.", "\(PlainText.line(name)) のパスワードを設定しました。")
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an administrator; the last one stays.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Sign-in name.") var name: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("administrators", name))
            session.tell("\(PlainText.line(name)) was deleted.", "\(PlainText.line(name)) を削除しました。")
        }
    }
}

/// The languages as a command takes them.
enum LanguageArgument: String, ExpressibleByArgument, CaseIterable {
    case en, ja
}
