import Administration
import AdministrationAPI
import Cluster
import Delivery
import DomainsAndUsers
import Firebird
import Foundation
import Hummingbird
import HummingbirdTLS
package import Logging
import MailFlow
import NIOCore
import NIOPosix
import Reception
import ServiceLifecycle
import Settings
import SharedFolders
import TransportSecurity
import WebAdmin

/// One node: built, run until a signal, stopped in order. `run` returns when everything that was accepted is durable and nothing of this
/// process is needed any more.
package struct RunningNode: Sendable {
    private let home: NodeHome
    private let logger: Logger

    package init(home: NodeHome, logger: Logger) {
        self.home = home
        self.logger = logger
    }

    /// - Throws: a `NodeStartupError` that says what to do; or whatever ended a service that may not end.
    package func run() async throws {
        let lock = try NodeHomeLock(home: home)
        defer { withExtendedLifetime(lock) {} }
        let configuration = try Self.configuration(of: home)
        raiseDescriptorLimit()
        let registry = PrometheusRegistry()
        MetricsBootstrap.install(registry)
        let database = try await NodeDatabase.open(configuration, home: home, logger: logger)
        do {
            let admitted = try await NodeAdmission(configuration: configuration, database: database).admit()
            if admitted != configuration { try Self.store(admitted, in: home) }
            let assembly = try await NodeAssembly.make(
                configuration: admitted, home: home, database: database, metrics: registry, logger: logger)
            try await assembly.run()
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        logger.notice("the node has stopped")
    }

    /// Each session is a descriptor: takes what the system allows this process, so that the session limit is the setting alone.
    private func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
            logger.warning("the limit of open files could not be raised", metadata: ["limit": "\(limit.rlim_cur)"])
        }
    }

    private static func store(_ configuration: NodeConfigurationFile, in home: NodeHome) throws(NodeStartupError) {
        do throws(NodeConfigurationError) {
            try configuration.write(home: home.url)
        } catch {
            throw .configuration(error)
        }
    }

    static func configuration(of home: NodeHome) throws(NodeStartupError) -> NodeConfigurationFile {
        do throws(NodeConfigurationError) {
            return try NodeConfigurationFile.read(home: home.url)
        } catch {
            throw .configuration(error)
        }
    }
}
