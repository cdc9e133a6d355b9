import ArgumentParser
import Foundation
import GatewayNode
import Logging
import Settings
import Terminal

/// `join`: makes a further node of a cluster, after a preflight table of all that could stand in its way.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Make a further node of a cluster: looks at everything first and says what to do about what is wrong.",
        discussion: """
            A running node issues the registration key (“securitygateway registration-key issue”, or the page “Add a node”, which shows this \
            command with its values). Password and key are asked for at the terminal unless files are named.
            """)

    @OptionGroup var node: HomeOptions
    @OptionGroup var listeners: ListenerOptions
    @OptionGroup(title: "The cluster's database server") var server: DatabaseServerOptions
    @Option(help: "File whose first line is the registration key.")
    var registrationKeyFile: String?
    @Flag(help: "Look only: nothing is bound and no node is made.")
    var lookOnly = false

    func validate() throws {
        try listeners.validate()
        try server.validate()
        if server.databaseHost == nil { throw ValidationError("--database-host and --database-name say where the cluster is") }
    }

    func run() async throws {
        let language = Language(environment: ProcessInfo.processInfo.environment)
        let questions = JoinQuestions(console: StandardConsole(), language: language)
        var setup = try listeners.setup(home: node.home)
        setup.database = try server.connection { () throws(CommandFailure) in try questions.password() }
        let key = try registrationKeyFile.map { file throws(CommandFailure) in try SecretFile.firstLine(of: file) } ?? questions.key()
        let joining = NodeJoining(setup: setup, registrationKey: key, looksOnly: lookOnly)
        let report = await joining.run(logger: Logger(label: "join") { NodeLogHandler(label: $0, level: .error) })
        let shown = JoinReportText(report: report, home: setup.home.path, language: language)
        print(node.json ? try shown.json() : shown.table, terminator: "")
        let isGood = lookOnly ? report.isClear : report.isJoined
        if !isGood { throw ExitCode.failure }
    }
}

/// What `join` asks a person for.
struct JoinQuestions: Sendable {
    let console: any Console
    let language: Language

    func password() throws(CommandFailure) -> String {
        try answer(LocalizedText("Database password: ", ja: "データベースのパスワード: "), option: "--database-password-file")
    }

    func key() throws(CommandFailure) -> String {
        try answer(LocalizedText("Registration key: ", ja: "登録キー: "), option: "--registration-key-file")
    }

    private func answer(_ question: LocalizedText, option: String) throws(CommandFailure) -> String {
        guard console.isInteractive, let typed = console.ask(question[language], isSecret: true)?.trimmed, !typed.isEmpty else {
            throw .usage("\(option) is missing", ja: "\(option) を指定してください", language)
        }
        return typed
    }
}

/// A join's report for a person or a program.
struct JoinReportText: Sendable {
    let report: JoinReport
    let home: String
    let language: Language

    private struct Document: Encodable {
        let isJoined: Bool
        let steps: [Step]

        struct Step: Encodable {
            let name: String
            let state: String
            let detail: String
            let remedy: String?
        }
    }

    func json() throws -> String {
        let steps = report.rows.map {
            Document.Step(
                name: $0.step.rawValue, state: $0.state.rawValue, detail: $0.detail[language], remedy: $0.remedy?[language])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        return String(decoding: try encoder.encode(Document(isJoined: report.isJoined, steps: steps)), as: UTF8.self) + "\n"
    }

    var table: String {
        var text = ""
        for row in report.rows {
            let mark =
                switch row.state {
                case .ok: "ok  "
                case .warning: "WARN"
                case .failed: "FAIL"
                }
            text += "\(mark)  \(row.step.rawValue): \(PlainText.line(row.detail[language]))\n"
            if let remedy = row.remedy { text += "      \(remedy[language])\n" }
        }
        return text + conclusion[language] + "\n"
    }

    private var conclusion: LocalizedText {
        if report.isJoined {
            return LocalizedText(
                "The node has joined. Start it with: securitygateway run --home \(home)",
                ja: "ノードを追加しました。次のコマンドで起動してください: securitygateway run --home \(home)")
        }
        guard report.isClear else {
            return LocalizedText(
                "The node has not joined. Mend what failed and run this again.", ja: "ノードは追加されていません。問題を解決してから、もう一度実行してください。")
        }
        return LocalizedText("Nothing stands in the way.", ja: "問題はありません。")
    }
}
