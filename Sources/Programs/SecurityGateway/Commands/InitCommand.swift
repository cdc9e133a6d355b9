import ArgumentParser
import Foundation
import GatewayNode
import Logging
import Settings

/// `init`: makes a node without a browser.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a node: folders, database, settings of its own, and the first administrator if named.")

    @OptionGroup var node: HomeOptions
    @Option(help: "Sign-in name of the first administrator. Without it the web interface asks for the set-up code that run prints.")
    var admin: String?
    @Option(help: "File whose first line is the administrator's password.")
    var passwordFile: String?
    @Option(help: "The node's name among the nodes; by default the host name.")
    var nodeName: String?
    @Option(help: "HELO domain name; by default the host name.")
    var heloName: String?
    @Option(help: "Address to listen on.")
    var listenAddress = "0.0.0.0"
    @Option(help: "SMTP port; 0 for none.")
    var smtpPort = 25
    @Option(help: "SMTPS port; 0 for none.")
    var smtpsPort = 465
    @Option(help: "Submission port; 0 for none.")
    var submissionPort = 587
    @Option(help: "HTTPS port of the web interface.")
    var webPort = 4443
    @OptionGroup(title: "Database server (instead of the embedded database)") var server: DatabaseServerOptions

    struct DatabaseServerOptions: ParsableArguments {
        @Option(help: "Host of a Firebird server.")
        var databaseHost: String?
        @Option(help: "Its port.")
        var databasePort = 3050
        @Option(help: "Path or alias of the database there.")
        var databaseName: String?
        @Option(help: "User.")
        var databaseUser = "SYSDBA"
        @Option(help: "File whose first line is the user's password.")
        var databasePasswordFile: String?
    }

    func validate() throws {
        if (admin == nil) != (passwordFile == nil) { throw ValidationError("--admin and --password-file belong together") }
        if (server.databaseHost == nil) != (server.databaseName == nil) {
            throw ValidationError("--database-host and --database-name belong together")
        }
        for port in [smtpPort, smtpsPort, submissionPort] where !(0...65_535).contains(port) {
            throw ValidationError("a port is 0 to 65535")
        }
        guard (1...65_535).contains(webPort), (1...65_535).contains(server.databasePort) else {
            throw ValidationError("a port is 1 to 65535")
        }
        guard NetworkAddress(listenAddress) != nil else { throw ValidationError("--listen-address is an IP address") }
    }

    func run() async throws {
        guard let address = NetworkAddress(listenAddress) else { throw ValidationError("--listen-address is an IP address") }
        var setup = NodeSetup(
            home: NodeHome(path: node.home), nodeName: nodeName ?? ProcessInfo.processInfo.hostName, listenAddress: address)
        setup.heloName = heloName ?? ""
        setup.smtpPort = smtpPort
        setup.smtpsPort = smtpsPort
        setup.submissionPort = submissionPort
        setup.webPort = webPort
        if let admin, let passwordFile { setup.administrator = (admin, try SecretFile.firstLine(of: passwordFile)) }
        if let host = server.databaseHost, let name = server.databaseName {
            let password = try server.databasePasswordFile.map { try SecretFile.firstLine(of: $0) } ?? ""
            setup.database = .server(host: host, port: server.databasePort, database: name, user: server.databaseUser, password: password)
        }
        do {
            try await setup.run(logger: Logger(label: "init") { NodeLogHandler(label: $0, level: .warning) })
        } catch {
            throw CommandFailure(description: "\(error)")
        }
        print("The node is ready in \(setup.home.path). Start it with: securitygateway run --home \(setup.home.path)")
    }
}
