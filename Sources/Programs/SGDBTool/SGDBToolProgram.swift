import ArgumentParser
import Foundation
import GatewayDatabase
import GatewayNode
import Settings
import Terminal

/// The program `sgdbtool`: what concerns a node's database while the node is stopped.
@main
struct SGDBToolProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sgdbtool", abstract: "Choose a stopped node's database.",
        discussion: """
            -setdbconnect asks where the database is, tries the connection, and writes it into HOME/node.conf. Enter takes the default in \
            brackets. Each answer can also be given as an option; without a terminal nothing is asked. A running node's file is not changed.

            Exit status: 0 saved; 1 refused or failed; 64 wrong usage.
            """,
        version: ProductVersion.text)

    @Flag(
        name: .customLong("setdbconnect", withSingleDash: true),
        help: "Choose between the embedded database and a Firebird server, and try the connection.")
    var setDatabaseConnection = false

    @Option(
        help: ArgumentHelp(
            "The node's home folder. Default: the environment's SECURITYGATEWAY_HOME, else \(Self.systemHome).", valueName: "dir"))
    var home: String = Self.defaultHome(ProcessInfo.processInfo.environment)

    @OptionGroup(title: "Answers") var answers: ConnectionAnswers

    private static let systemHome = "/var/lib/securitygateway"

    private static func defaultHome(_ environment: [String: String]) -> String {
        guard let home = environment["SECURITYGATEWAY_HOME"], !home.isEmpty else { return systemHome }
        return home
    }

    func validate() throws {
        guard setDatabaseConnection else { throw ValidationError("say what to do: -setdbconnect") }
        try answers.validate()
    }

    func run() async throws {
        let language = Language(environment: ProcessInfo.processInfo.environment)
        let command = SetDatabaseConnection(
            home: NodeHome(path: home), answers: answers, console: StandardConsole(), language: language)
        do throws(ToolFailure) {
            try await command.run()
        } catch {
            GatewayDatabase.endProcess()
            throw error
        }
        GatewayDatabase.endProcess()
    }

    /// Ends the process with the status of a `ToolFailure`; everything else ends as ArgumentParser has it.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch let failure as ToolFailure {
            StandardConsole().writeError("sgdbtool: \(failure)\n")
            Foundation.exit(failure.exitCode)
        } catch {
            exit(withError: error)
        }
    }
}
