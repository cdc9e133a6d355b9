import AdministrationAPI
import ArgumentParser
import Settings

/// `domain`: protected domains and their mail servers.
struct DomainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "Protected domains, their mail servers and their recipients.",
        subcommands: [
            Add.self, List.self, Show.self, Change.self, Delete.self, DomainRecipientCommand.self, Verify.self, ForgetAnswers.self,
        ])

    struct Add: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Accept mail for a domain and deliver it to its mail servers.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain, such as example.com.") var name: String
        @Option(name: .customLong("mail-server"), help: MailServerArgument.help) var mailServers: [MailServerArgument] = []
        @Option(help: "A remark.") var note: String?
        @Flag(help: "Accept only the addresses listed with “domain recipient add”.") var listedRecipients = false
        @Flag(help: "Accept only listed addresses and those the mail servers accept when they are asked.") var callForward = false

        func validate() throws {
            if listedRecipients && callForward { throw ValidationError("--listed-recipients and --call-forward exclude each other") }
            if mailServers.isEmpty { throw ValidationError("at least one --mail-server HOST:PORT is needed") }
        }

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let entry = DomainEntryDocument(name: name, note: note, mailServers: try MailServerArgument.documents(mailServers))
            let bytes = try await session.send(.post, APIPath("domains"), body: entry)
            let policy: RecipientPolicyFlag? = callForward ? .callForward : listedRecipients ? .listedRecipients : nil
            if let policy { try await DomainCommand.setPolicy(policy.value, of: name, session) }
            try session.show(bytes, DomainDocument.self) { session.text("\($0.unicodeName) was added.\n", "\($0.unicodeName) を追加しました。\n") }
        }
    }

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List all domains.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("domains"))
            try session.show(bytes, PageDocument<DomainDocument>.self) { page in
                var table = TextTable(session.text("DOMAIN", "ドメイン"), session.text("MAIL SERVERS", "メールサーバー"), session.text("NOTE", "メモ"))
                for domain in page.items {
                    table.add(domain.unicodeName, domain.mailServers.map(DomainCommand.endpoint).joined(separator: ", "), domain.note)
                }
                return table.text
            }
        }
    }

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show one domain.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain.") var name: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("domains", name))
            try session.show(bytes, DomainDocument.self) { DomainCommand.text($0, session) }
        }
    }

    struct Change: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a domain.", discussion: "What is not named stays; --mail-server, where given, replaces all mail servers.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain.") var name: String
        @Option(name: .customLong("mail-server"), help: MailServerArgument.help) var mailServers: [MailServerArgument] = []
        @Option(help: "A remark.") var note: String?
        @Flag(help: "Accept only listed addresses, these and those the mail servers accept, or every address of the domain.")
        var policy: RecipientPolicyFlag?

        func validate() throws {
            if mailServers.isEmpty && note == nil && policy == nil { throw ValidationError("nothing to change is named") }
        }

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            var bytes = try await session.send(.get, APIPath("domains", name))
            if !mailServers.isEmpty || note != nil {
                let present = try session.decoded(DomainDocument.self, bytes)
                let entry = DomainEntryDocument(
                    name: nil, note: note ?? present.note,
                    mailServers: mailServers.isEmpty ? present.mailServers : try MailServerArgument.documents(mailServers))
                bytes = try await session.send(.put, APIPath("domains", name), body: entry)
            }
            if let policy { try await DomainCommand.setPolicy(policy.value, of: name, session) }
            try session.show(bytes, DomainDocument.self) { DomainCommand.text($0, session) }
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse mail for a domain from now on.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain.") var name: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("domains", name))
            session.tell("\(PlainText.line(name)) was deleted.", "\(PlainText.line(name)) を削除しました。")
        }
    }

    private static func setPolicy(_ policy: String, of name: String, _ session: CommandSession) async throws(CommandFailure) {
        let change = SettingsChangeDocument(values: ["recipients": policy], revision: nil)
        _ = try await session.send(.put, APIPath("settings", "domain").with("domain", name), body: change)
    }

    private static func endpoint(_ server: MailServerDocument) -> String {
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        return "\(host):\(server.port ?? 25)"
    }

    private static func text(_ domain: DomainDocument, _ session: CommandSession) -> String {
        var list = TextList()
        list.add(session.text("domain", "ドメイン"), domain.unicodeName == domain.name ? domain.name : "\(domain.unicodeName) (\(domain.name))")
        list.add(session.text("note", "メモ"), domain.note)
        var table = TextTable(
            session.text("MAIL SERVER", "メールサーバー"), session.text("PRIORITY", "優先順位"), "TLS", session.text("USER", "ユーザー名"))
        for server in domain.mailServers {
            table.add(endpoint(server), String(server.priority ?? 10), server.security ?? "", server.userName ?? "")
        }
        return list.text + table.text
    }
}

/// Which recipients of a domain are accepted.
enum RecipientPolicyFlag: String, EnumerableFlag {
    case listedRecipients, callForward, anyRecipients

    var value: String {
        switch self {
        case .listedRecipients: "listed"
        case .callForward: "call-forward"
        case .anyRecipients: "any"
        }
    }
}

/// `HOST[:PORT][,priority=N][,tls=MODE][,user=NAME[,password-file=FILE]]`.
struct MailServerArgument: ExpressibleByArgument, Sendable {
    let document: MailServerDocument
    /// Whose first line is the password; passwords never come as arguments.
    private var passwordFile: String?

    static let help = ArgumentHelp(
        "A mail server behind the gateway; may be given several times. Lower priorities (default 10) are tried first. TLS modes: \(modes.joined(separator: ", ")) (default opportunistic). With user and password-file the gateway signs in, over TLS only; without password-file a stored password stays.",
        valueName: "host:port[,priority=N][,tls=MODE][,user=NAME[,password-file=FILE]]")
    private static let modes = ConnectionSecurity.allCases.map(\.rawValue)

    /// The host is looked at by the node; here only the form is.
    init?(argument: String) {
        let items = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard let host = items.first, !host.isEmpty else { return nil }
        var document = MailServerDocument(host: host, port: nil, priority: nil, security: nil)
        for item in items.dropFirst() {
            let pair = item.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { return nil }
            switch pair[0] {
            case "priority":
                guard let number = Int(pair[1]), (0...65_535).contains(number), document.priority == nil else { return nil }
                document.priority = number
            case "tls":
                guard Self.modes.contains(pair[1]), document.security == nil else { return nil }
                document.security = pair[1]
            case "user":
                guard !pair[1].isEmpty, document.userName == nil else { return nil }
                document.userName = pair[1]
            case "password-file":
                guard !pair[1].isEmpty, passwordFile == nil else { return nil }
                passwordFile = pair[1]
            default: return nil
            }
        }
        guard passwordFile == nil || document.userName != nil else { return nil }
        self.document = document
    }

    /// With the passwords of the files.
    static func documents(_ arguments: [MailServerArgument]) throws(CommandFailure) -> [MailServerDocument] {
        var documents: [MailServerDocument] = []
        for argument in arguments {
            var document = argument.document
            if let file = argument.passwordFile { document.password = try SecretFile.firstLine(of: file) }
            documents.append(document)
        }
        return documents
    }
}
