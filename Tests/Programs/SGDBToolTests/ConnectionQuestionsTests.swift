import ArgumentParser
import Settings
import Synchronization
import Terminal
import Testing

@testable import SGDBTool

/// The six questions of `-setdbconnect`.
struct ConnectionQuestionsTests {
    private static let embedded = NodeConfigurationFile.DatabaseConnection.embedded(path: "database/SECURITYGATEWAY.FBD")

    private static func questions(
        _ console: QuestionedConsole, present: NodeConfigurationFile.DatabaseConnection = embedded, language: Language = .english
    ) -> ConnectionQuestions {
        ConnectionQuestions(console: console, language: language, present: present)
    }

    @Test func `the questions come in the manual's order with its defaults, and Enter takes them`() throws {
        let console = QuestionedConsole(["N", "192.0.2.7", "", "/data/sg.fdb", "", ""])
        let connection = try Self.questions(console).ask(ConnectionAnswers.parse([]))
        #expect(
            connection
                == .server(host: "192.0.2.7", port: 3050, database: "/data/sg.fdb", user: "SYSDBA", password: "masterkey"))
        #expect(
            console.asked == [
                "Use the embedded Firebird database? Y/N (Y): ", "IP address of the Firebird server: ",
                "Port of the Firebird server (3050): ",
                "Database path or alias: ", "User name (SYSDBA): ", "Password (masterkey): ",
            ])
        #expect(console.secret == ["Password (masterkey): "])
        #expect(console.errors.contains("known to everybody"))
    }

    @Test func `the embedded database needs no further answer`() throws {
        let console = QuestionedConsole([""])
        #expect(try Self.questions(console).ask(ConnectionAnswers.parse([])) == Self.embedded)
        #expect(console.asked.count == 1)
    }

    @Test func `on a server its own place is the default, its password is not`() throws {
        let present = NodeConfigurationFile.DatabaseConnection.server(
            host: "db1", port: 3051, database: "sg", user: "GATEWAY", password: "old")
        let console = QuestionedConsole(["", "", "", "", "", "new"])
        let connection = try Self.questions(console, present: present).ask(ConnectionAnswers.parse([]))
        #expect(connection == .server(host: "db1", port: 3050, database: "sg", user: "SYSDBA", password: "new"))
        #expect(console.asked.allSatisfy { !$0.contains("old") })
    }

    @Test func `a wrong answer is asked for again, but not for ever`() throws {
        let patient = QuestionedConsole(["maybe", "n", "192.0.2.7", "0", "70000", "3051", "", "sg", "SYSDBA", "secret"])
        let connection = try Self.questions(patient).ask(ConnectionAnswers.parse([]))
        #expect(connection == .server(host: "192.0.2.7", port: 3051, database: "sg", user: "SYSDBA", password: "secret"))
        let stubborn = QuestionedConsole(Array(repeating: "maybe", count: 100))
        #expect(throws: ToolFailure.self) { try Self.questions(stubborn).ask(ConnectionAnswers.parse([])) }
        #expect(stubborn.asked.count == 5)
    }

    @Test func `answers given as options are not asked for`() throws {
        let console = QuestionedConsole(["secret"])
        let answers = try ConnectionAnswers.parse(["--host", "db1", "--port", "3060", "--database", "sg", "--user", "GATEWAY"])
        let connection = try Self.questions(console).ask(answers)
        #expect(connection == .server(host: "db1", port: 3060, database: "sg", user: "GATEWAY", password: "secret"))
        #expect(console.asked == ["Password (masterkey): "])
    }

    @Test(arguments: [
        (["--host", "db1", "--database", "sg"], "--password-file"), (["--embedded", "no"], "--host"), (["--host", "db1"], "--database"),
    ]) func `without a terminal nothing is guessed`(arguments: [String], missing: String) throws {
        let failure = #expect(throws: ToolFailure.self) {
            try Self.questions(QuestionedConsole(nil)).ask(ConnectionAnswers.parse(arguments))
        }
        #expect(failure?.description.contains(missing) == true && failure?.exitCode == ToolFailure.usage)
    }

    @Test func `a password that node point conf would not keep is refused`() throws {
        let console = QuestionedConsole([" leading"])
        let answers = try ConnectionAnswers.parse(["--host", "db1", "--port", "3050", "--database", "sg", "--user", "SYSDBA"])
        let failure = #expect(throws: ToolFailure.self) { try Self.questions(console).ask(answers) }
        #expect(failure?.description.contains("leading") == false)
    }

    @Test(arguments: [
        ["--embedded", "yes", "--host", "db1"], ["--port", "0"], ["--host", ""], ["--database", "a\nb"], ["--embedded", "perhaps"],
    ]) func `answers that cannot be are refused`(arguments: [String]) {
        #expect(throws: (any Error).self) { try ConnectionAnswers.parse(arguments) }
    }

    @Test func `a Japanese administrator is asked in Japanese`() throws {
        let console = QuestionedConsole(["N", "192.0.2.7", "", "sg", "", "secret"])
        _ = try Self.questions(console, language: .japanese).ask(ConnectionAnswers.parse([]))
        #expect(console.asked.allSatisfy { $0.unicodeScalars.contains { (0x3040...0x9FFF).contains($0.value) } })
    }
}

/// Answers from a list and remembers the questions.
final class QuestionedConsole: Console {
    private struct State {
        var answers: [String]
        var asked: [String] = []
        var secret: [String] = []
        var errors = ""
    }

    private let state: Mutex<State>
    let isInteractive: Bool

    /// - Parameter answers: `nil` makes a console without a person.
    init(_ answers: [String]?) {
        state = Mutex(State(answers: answers ?? []))
        isInteractive = answers != nil
    }

    var asked: [String] { state.withLock(\.asked) }
    var secret: [String] { state.withLock(\.secret) }
    var errors: String { state.withLock(\.errors) }

    func write(_ text: String) {}
    func writeError(_ text: String) { state.withLock { $0.errors += text } }

    func ask(_ question: String, isSecret: Bool) -> String? {
        state.withLock { state in
            state.asked.append(question)
            if isSecret { state.secret.append(question) }
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
    }
}
