import ArgumentParser
import Foundation
import GatewayNode
import Logging

/// `run`: serves until SIGTERM or SIGINT.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the node in the foreground until SIGTERM or SIGINT; logs go to standard error.")

    @OptionGroup var node: HomeOptions
    @Option(help: "Least level that is logged: trace, debug, info, notice, warning, error.")
    var logLevel = "info"

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level is one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
    }

    func run() async throws {
        let level = Logger.Level(rawValue: logLevel) ?? .info
        let logger = Logger(label: "securitygateway") { NodeLogHandler(label: $0, level: level) }
        do {
            try await RunningNode(home: NodeHome(path: node.home), logger: logger).run()
        } catch {
            throw CommandFailure(description: "the node does not run: \(error)")
        }
    }
}
