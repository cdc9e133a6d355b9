import AdministrationAPI
import ArgumentParser
import Foundation
import GatewayNode
import Logging
import Settings
import Terminal

/// `check`: what a start would find, without starting; asks the node itself when it runs.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look at everything a start needs and say what is wrong; a running node is asked for its health.")

    @OptionGroup var node: HomeOptions

    func run() async throws {
        let home = NodeHome(path: node.home)
        let rows: [NodeCheck.Row]
        if NodeCheck.isRunning(home) {
            rows = try await runningNode()
        } else {
            rows = await NodeCheck(home: home, logger: Logger(label: "check") { NodeLogHandler(label: $0, level: .error) }).run()
        }
        if node.json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            print(String(decoding: try encoder.encode(rows), as: UTF8.self))
        } else {
            for row in rows { print("\(row.isWorking ? "ok  " : "FAIL")  \(row.name): \(row.detail)") }
        }
        if !rows.allSatisfy(\.isWorking) { throw ExitCode.failure }
    }

    private func runningNode() async throws -> [NodeCheck.Row] {
        let language = Language(environment: ProcessInfo.processInfo.environment)
        let session = CommandSession(options: node, language: language, console: StandardConsole())
        let status = try await session.get(APIPath("status"), StatusDocument.self)
        return status.health.parts.map { NodeCheck.Row(name: $0.name, isWorking: $0.isWorking, detail: $0.detail.text[language]) }
    }
}
