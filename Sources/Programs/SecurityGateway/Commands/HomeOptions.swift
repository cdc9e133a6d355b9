import ArgumentParser
import Foundation

/// What every command takes.
struct HomeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The node's home folder. Default: the environment's SECURITYGATEWAY_HOME, else \(HomeOptions.systemHome).", valueName: "dir"))
    var home: String = HomeOptions.defaultHome(ProcessInfo.processInfo.environment)

    @Flag(help: "Print the node's JSON unchanged instead of tables.")
    var json = false

    static let systemHome = "/var/lib/securitygateway"

    static func defaultHome(_ environment: [String: String]) -> String {
        guard let home = environment["SECURITYGATEWAY_HOME"], !home.isEmpty else { return systemHome }
        return home
    }
}
