import ArgumentParser

/// Answers given beforehand, one option for each question.
struct ConnectionAnswers: ParsableArguments {
    @Option(help: "Use the embedded database: yes or no.")
    var embedded: YesOrNo?
    @Option(help: "Name or IP address of the Firebird server.")
    var host: String?
    @Option(help: "Its port; 3050 unless said otherwise.")
    var port: Int?
    @Option(help: "Path or alias of the database: on the server, or of the embedded file.")
    var database: String?
    @Option(help: "Database user; SYSDBA unless said otherwise.")
    var user: String?
    @Option(help: "File whose first line is the user's password.")
    var passwordFile: String?

    func validate() throws {
        if let port, !(1...65_535).contains(port) { throw ValidationError("a port is 1 to 65535") }
        for (name, text) in [("--host", host), ("--database", database), ("--user", user)] {
            if let text, !ConnectionQuestions.isWritable(text) { throw ValidationError("\(name) is empty or not one line") }
        }
        let hasServerAnswer = host != nil || port != nil || user != nil || passwordFile != nil
        if embedded == .yes, hasServerAnswer { throw ValidationError("--embedded yes goes with --database only") }
    }
}

/// An answer of a yes-or-no question.
enum YesOrNo: String, ExpressibleByArgument, CaseIterable, Sendable {
    case yes, no

    /// As a person types it: the first letter decides.
    init?(typed text: String) {
        switch text.lowercased() {
        case "y", "yes": self = .yes
        case "n", "no": self = .no
        default: return nil
        }
    }
}
