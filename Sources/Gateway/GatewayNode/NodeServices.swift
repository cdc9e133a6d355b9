import Administration
import AdministrationAPI
import Cluster
import DomainsAndUsers
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import ServiceLifecycle
import Settings
import SharedFolders
import TransportSecurity
import WebAdmin

/// What follows the settings besides those who read them at each use: domains and the memory for content.
struct FollowingSettings: Service {
    let base: NodeBase
    let stores: NodeDatabase.Stores
    let budget: MemoryBudget

    private static let retryInterval = Duration.seconds(2)

    func run() async throws {
        for await snapshot in base.settings.updates().cancelOnGracefulShutdown() {
            budget.setLimit(snapshot.settings.delivery.activeContentBytes)
            await loadDomains(atLeast: snapshot.revision)
        }
    }

    /// Tried until it succeeds or something newer came: the node must not miss a domain.
    private func loadDomains(atLeast revision: SettingsRevision) async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully, base.settings.snapshot.revision == revision {
            do throws(DirectoryError) {
                return base.domains.adopt(try await stores.domains.loadDomains())
            } catch {
                base.logger.warning("domains could not be read; the present ones stay in force", metadata: ["cause": "\(error)"])
            }
            try? await Task.sleep(for: Self.retryInterval)  // cancellation ends the loop
        }
    }
}

/// Follows the certificate's files.
struct CertificateWatch: Service {
    let tls: TLSContexts

    func run() async throws {
        await cancelWhenGracefulShutdown { await tls.watch() }
    }
}

/// The administrator's doors: pages over HTTPS, the REST API on the local socket, figures on the metrics listener.
struct AdministrationFaces: Sendable {
    let services: [any Service]

    /// A client that says nothing for a minute, in the middle of a body too, is let go.
    private static let connections = HTTP1Channel.Configuration(idleTimeout: .seconds(60))

    init(base: NodeBase, site: AdminSite, administration: Administration, nodes: any NodeRegistry, tls: TLSContexts) throws {
        let listener = base.configuration.webListener
        let web = Application(
            responder: site.buildResponder(),
            server: try .tls(.http1(configuration: Self.connections), tlsConfiguration: tls.followingServerConfiguration(applicationProtocols: ["http/1.1"])),
            configuration: .init(address: .hostname(listener.address.description, port: listener.port), serverName: nil),
            logger: base.logger)
        let caller = AdministrationCaller.localCommand(userID: getuid())
        let router = AdministrationAPI(administration: administration, nodes: nodes, logger: base.logger).buildRouter(caller: caller)
        let socket = base.home.administrationSocket.path
        Self.removeStaleSocket(base.home)
        let local = Application(
            router: router, server: .http1(configuration: Self.connections),
            configuration: .init(address: .unixDomainSocket(path: socket), serverName: nil),
            onServerRunning: { _ in
                // The home is 0700 already; this says it once more for the socket itself.
                if chmod(socket, 0o600) != 0 { base.logger.warning("the local socket's mode could not be set") }
            }, logger: base.logger)
        services = [
            NamedServer(address: "web interface on \(listener)", service: web), NamedServer(address: socket, service: local),
            MetricsServer(site: site, settings: base.settings, logger: base.logger),
        ]
    }

    /// A socket left by a killed node; the home's lock proves that nobody listens on it.
    static func removeStaleSocket(_ home: NodeHome) { unlink(home.administrationSocket.path) }
}

/// A server whose failure to open its address ends the node with a sentence.
private struct NamedServer: Service {
    let address: String
    let service: any Service

    func run() async throws {
        do {
            try await service.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw NodeStartupError.listener(reason: "\(address) cannot be served: \(error)")
        }
    }
}
