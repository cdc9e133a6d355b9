import ArgumentParser
import Foundation
import GatewayNode
import Logging
import Settings

/// `init`: makes a node without a browser.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a cluster's first node: folders, database, settings of its own, and the first administrator if named.")

    @OptionGroup var node: HomeOptions
    @Option(help: "Sign-in name of the first administrator. Without it the web interface asks for the set-up code that run prints.")
    var admin: String?
    @Option(help: "File whose first line is the administrator's password.")
    var passwordFile: String?
    @OptionGroup var listeners: ListenerOptions
    @OptionGroup(title: "Database server (instead of the embedded database)") var server: DatabaseServerOptions

    func validate() throws {
        if (admin == nil) != (passwordFile == nil) { throw ValidationError("--admin and --password-file belong together") }
        try listeners.validate()
        try server.validate()
    }

    func run() async throws {
        var setup = try listeners.setup(home: node.home)
        if let admin, let passwordFile { setup.administrator = (admin, try SecretFile.firstLine(of: passwordFile)) }
        setup.database = try server.connection(password: { () throws(CommandFailure) in "" })
        do {
            try await setup.run(logger: Logger(label: "init") { NodeLogHandler(label: $0, level: .warning) })
        } catch {
            throw CommandFailure(description: "\(error)")
        }
        print("The node is ready in \(setup.home.path). Start it with: securitygateway run --home \(setup.home.path)")
    }
}
