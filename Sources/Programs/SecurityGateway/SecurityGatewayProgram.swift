import ArgumentParser
import Foundation
import GatewayNode
import Terminal

/// The program `securitygateway`: runs a node, or speaks to the running one over its local socket.
@main
struct SecurityGatewayProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "securitygateway", abstract: "E-mail security gateway: run a node, and administer the running one.",
        discussion: """
            init, join, run and check work on the node's home themselves. All other commands speak to the running node over HOME/admin.sock and \
            can do what the administrator's pages can do.

            Exit status: 0 done; 1 refused or failed; 64 wrong usage; 69 no node runs on this home; 75 the node or its database does not \
            answer at the moment; 77 this user may not speak to the node.
            """,
        version: ProductVersion.text, subcommands: subcommands)

    private static let subcommands: [any ParsableCommand.Type] =
        [
            // These use GatewayNode, the others only the local socket.
            InitCommand.self, JoinCommand.self, RunCommand.self, CheckCommand.self,
        ] + [
            StatusCommand.self, DomainCommand.self, UserCommand.self, SettingsCommand.self, QueueCommand.self, LogCommand.self,
            AuditCommand.self, AdministratorCommand.self, ListCommand.self, RuleCommand.self, SieveCommand.self, GreylistCommand.self,
            DMARCReportCommand.self, AttachmentCommand.self, BansCommand.self,
            QuarantineCommand.self, ReportCommand.self, APIKeyCommand.self,
            MaintenanceCommand.self, TranscriptCommand.self, DirectoryCommand.self,
            RegistrationKeyCommand.self, ClusterCommand.self, LeaveCommand.self, DKIMCommand.self, EngineCommand.self, ScoringCommand.self,
            BayesCommand.self, CallbackCommand.self, CountryCommand.self,
        ]

    /// Ends the process with the status of a `CommandFailure`; everything else ends as ArgumentParser has it.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            StandardConsole().writeError("securitygateway: \(failure)\n")
            Foundation.exit(failure.exitCode)
        } catch {
            exit(withError: error)
        }
    }
}
