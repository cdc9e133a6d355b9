import Settings
import Terminal

/// The six questions of `-setdbconnect` in the manual's order: embedded or not, server, port, path or alias, user, password. What was
/// answered beforehand is not asked; without a terminal defaults are taken, and what has none is refused.
struct ConnectionQuestions: Sendable {
    let console: any Console
    let language: Language
    /// What `node.conf` says now: its server and path are the defaults.
    let present: NodeConfigurationFile.DatabaseConnection

    static let usualPort = 3050
    static let usualUser = "SYSDBA"
    /// The manual's default, known to everybody: taken only from a person who presses Enter, and warned of.
    static let usualPassword = "masterkey"
    static let usualEmbeddedPath = "database/SECURITYGATEWAY.FBD"
    /// Wrong answers to one question before the tool gives up.
    private static let maximumTries = 5

    func ask(_ answers: ConnectionAnswers) throws(ToolFailure) -> NodeConfigurationFile.DatabaseConnection {
        guard try isEmbedded(answers) else { return try server(answers) }
        return .embedded(path: answers.database ?? presentEmbeddedPath ?? Self.usualEmbeddedPath)
    }

    private func server(_ answers: ConnectionAnswers) throws(ToolFailure) -> NodeConfigurationFile.DatabaseConnection {
        let host = try text(answers.host, .host, presentServer?.host)
        let port = try port(answers.port)
        let database = try text(answers.database, .database, presentServer?.database)
        let user = try text(answers.user, .user, Self.usualUser)
        return .server(host: host, port: port, database: database, user: user, password: try password(answers.passwordFile))
    }

    private func isEmbedded(_ answers: ConnectionAnswers) throws(ToolFailure) -> Bool {
        if let answer = answers.embedded { return answer == .yes }
        // Whoever names a server has answered this question too.
        if answers.host != nil { return false }
        let usual: YesOrNo = presentServer == nil ? .yes : .no
        let answer = try repeated(.embedded, shown: usual == .yes ? "Y" : "N") { $0.isEmpty ? usual : YesOrNo(typed: $0) }
        return answer == .yes
    }

    private func port(_ answer: Int?) throws(ToolFailure) -> Int {
        if let answer { return answer }
        return try repeated(.port, shown: String(Self.usualPort)) { typed in
            typed.isEmpty ? Self.usualPort : UInt16(typed).flatMap { $0 > 0 ? Int($0) : nil }
        }
    }

    private func text(_ answer: String?, _ question: ConnectionQuestion, _ usual: String?) throws(ToolFailure) -> String {
        if let answer { return answer }
        return try repeated(question, shown: usual) { typed in
            if typed.isEmpty { return usual }
            return Self.isWritable(typed) ? typed : nil
        }
    }

    /// - Throws: without a terminal and a file: a password that everybody knows is never taken silently.
    private func password(_ file: String?) throws(ToolFailure) -> String {
        let password = try readPassword(file)
        guard Self.isWritable(password) else { throw unwritablePassword }
        return password
    }

    private func readPassword(_ file: String?) throws(ToolFailure) -> String {
        if let file {
            do throws(SmallTextFileError) {
                return try SmallTextFile.firstLine(of: file)
            } catch {
                throw ToolFailure(LocalizedText(error.description, ja: error.description), language, exitCode: ToolFailure.usage)
            }
        }
        guard console.isInteractive else { throw missing(.password) }
        let prompt = ConnectionQuestion.password.text[language] + " (\(Self.usualPassword)): "
        guard let typed = console.ask(prompt, isSecret: true) else { throw missing(.password) }
        if typed.isEmpty { console.writeError(ConnectionQuestion.usualPasswordWarning[language] + "\n") }
        return typed.isEmpty ? Self.usualPassword : typed
    }

    /// Asks until `read` understands the answer.
    private func repeated<Value>(
        _ question: ConnectionQuestion, shown: String?, _ read: (String) -> Value?
    ) throws(ToolFailure) -> Value {
        guard console.isInteractive else {
            guard let value = read("") else { throw missing(question) }
            return value
        }
        let prompt = question.text[language] + (shown.map { " (\($0))" } ?? "") + ": "
        for _ in 0..<Self.maximumTries {
            guard let typed = console.ask(prompt, isSecret: false) else { break }
            if let value = read(typed.trimmed) { return value }
            console.writeError(question.advice[language] + "\n")
        }
        throw missing(question)
    }

    private func missing(_ question: ConnectionQuestion) -> ToolFailure {
        ToolFailure(
            LocalizedText(
                "nothing was changed: \(question.option) is not answered", ja: "変更していません。\(question.option) が指定されていません"),
            language, exitCode: ToolFailure.usage)
    }

    private var unwritablePassword: ToolFailure {
        ToolFailure(
            LocalizedText(
                "nothing was changed: a password in node.conf has no spaces at its ends and no control characters",
                ja: "変更していません。node.conf のパスワードの前後に空白や制御文字は使えません"), language, exitCode: ToolFailure.usage)
    }

    private var presentServer: (host: String, database: String)? {
        guard case .server(let host, _, let database, _, _) = present else { return nil }
        return (host, database)
    }

    private var presentEmbeddedPath: String? {
        guard case .embedded(let path) = present else { return nil }
        return path
    }

    /// One line of `node.conf`: not empty, no control characters, no spaces at its ends.
    static func isWritable(_ text: String) -> Bool {
        !text.isEmpty && text == text.trimmed && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

/// A question, its option for scripts, and what is said to an answer that cannot be used.
enum ConnectionQuestion: CaseIterable, Sendable {
    case embedded, host, port, database, user, password

    var text: LocalizedText {
        switch self {
        case .embedded: LocalizedText("Use the embedded Firebird database? Y/N", ja: "組み込みの Firebird データベースを使用しますか? Y/N")
        case .host: LocalizedText("IP address of the Firebird server", ja: "Firebird サーバーの IP アドレス")
        case .port: LocalizedText("Port of the Firebird server", ja: "Firebird サーバーのポート")
        case .database: LocalizedText("Database path or alias", ja: "データベースのパスまたはエイリアス")
        case .user: LocalizedText("User name", ja: "ユーザー名")
        case .password: LocalizedText("Password", ja: "パスワード")
        }
    }

    var option: String {
        switch self {
        case .embedded: "--embedded"
        case .host: "--host"
        case .port: "--port"
        case .database: "--database"
        case .user: "--user"
        case .password: "--password-file"
        }
    }

    var advice: LocalizedText {
        switch self {
        case .embedded: LocalizedText("Answer Y or N.", ja: "Y または N で答えてください。")
        case .host: LocalizedText("Enter the server's name or address.", ja: "サーバーの名前またはアドレスを入力してください。")
        case .port: LocalizedText("A port is 1 to 65535.", ja: "ポートは 1～65535 です。")
        case .database:
            LocalizedText(
                "Enter the path of the database on the server, or its alias in databases.conf.",
                ja: "サーバー上のデータベースのパス、または databases.conf のエイリアスを入力してください。")
        case .user: LocalizedText("Enter a user of the Firebird server.", ja: "Firebird サーバーのユーザーを入力してください。")
        case .password: LocalizedText("Enter the user's password.", ja: "ユーザーのパスワードを入力してください。")
        }
    }

    static let usualPasswordWarning = LocalizedText(
        "Warning: “masterkey” is known to everybody. Change the user's password on the server and run this again.",
        ja: "警告: 「masterkey」は広く知られたパスワードです。サーバーでパスワードを変更し、もう一度実行してください。")
}
