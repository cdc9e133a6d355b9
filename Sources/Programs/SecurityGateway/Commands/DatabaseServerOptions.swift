import ArgumentParser
import Settings

/// Where a Firebird server is.
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

    func validate() throws {
        if (databaseHost == nil) != (databaseName == nil) {
            throw ValidationError("--database-host and --database-name belong together")
        }
        guard (1...65_535).contains(databasePort) else { throw ValidationError("a port is 1 to 65535") }
    }

    /// `nil`: none is named.
    /// - Parameter password: asked when no file is named.
    func connection(
        password: () throws(CommandFailure) -> String
    ) throws(CommandFailure) -> NodeConfigurationFile.DatabaseConnection? {
        guard let host = databaseHost, let name = databaseName else { return nil }
        let secret: String
        if let file = databasePasswordFile { secret = try SecretFile.firstLine(of: file) } else { secret = try password() }
        return .server(host: host, port: databasePort, database: name, user: databaseUser, password: secret)
    }
}
