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
import Reception
import ServiceLifecycle
import Settings
import SharedFolders
import TransportSecurity
import WebAdmin

/// What follows the settings besides those who read them at each use: the memory for content and for waiting transcripts.
struct FollowingSettings: Service {
    let settings: CurrentSettings
    let budget: MemoryBudget
    let transcripts: TranscriptFolder

    func run() async throws {
        for await snapshot in settings.updates().cancelOnGracefulShutdown() {
            budget.setLimit(snapshot.settings.delivery.activeContentBytes)
            transcripts.setMaximumWaitingBytes(snapshot.settings.transcripts.waitingMegabytes << 20)
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

/// The administrator's doors: pages and the REST API (with keys) over HTTPS, the REST API on the local socket, figures on the metrics listener.
struct AdministrationFaces: Sendable {
    let services: [any Service]

    /// A client that says nothing for a minute, in the middle of a body too, is let go.
    private static let connections = HTTP1Channel.Configuration(idleTimeout: .seconds(60))
    /// Of each door: browsers and monitors must not take the descriptors that mail needs.
    static let maximumConnections = 200

    /// - Parameter doors: told when pages and socket are open.
    init(
        base: NodeBase, site: AdminSite, administration: Administration, nodes: any NodeRegistry, tls: TLSContexts, doors: OpenDoors
    ) throws {
        let listener = base.configuration.webListener
        let api = AdministrationAPI(administration: administration, nodes: nodes, logger: base.logger)
        let web = Application(
            responder: site.buildResponder { router in
                api.addRoutesForKeys(to: router.group(RouterPath(AdministrationAPI.prefix)), address: \.remoteAddress)
            },
            server: HTTPServerBuilder { responder in
                ProxiedConnections(
                    try TLSChannel(
                        HTTP1Channel(responder: responder, configuration: Self.connections),
                        tlsConfiguration: tls.followingServerConfiguration(applicationProtocols: ["http/1.1"])),
                    settings: base.settings)
            },
            configuration: .init(
                address: .hostname(listener.address.description, port: listener.port), serverName: nil,
                availableConnectionsDelegate: .maximum(Self.maximumConnections, logger: base.logger)),
            onServerRunning: { _ in doors.opened() }, logger: base.logger)
        let caller = AdministrationCaller.localCommand(userID: getuid())
        let router = api.buildRouter(caller: caller)
        let socket = base.home.administrationSocket.path
        Self.removeStaleSocket(base.home)
        let local = Application(
            router: router, server: .http1(configuration: Self.connections),
            configuration: .init(
                address: .unixDomainSocket(path: socket), serverName: nil,
                availableConnectionsDelegate: .maximum(Self.maximumConnections, logger: base.logger)),
            onServerRunning: { _ in
                // The home is 0700 already; this says it once more for the socket itself.
                if chmod(socket, 0o600) != 0 { base.logger.warning("the local socket's mode could not be set") }
                doors.opened()
            }, logger: base.logger)
        services = [
            NamedServer(name: "web interface on \(listener)", service: web), NamedServer(name: "local socket \(socket)", service: local),
            MetricsServer(site: site, settings: base.settings, logger: base.logger),
        ]
    }

    /// A socket left by a killed node; the home's lock proves that nobody listens on it.
    static func removeStaleSocket(_ home: NodeHome) { unlink(home.administrationSocket.path) }
}

/// A server whose failure to open its address ends the node with a sentence.
private struct NamedServer: Service {
    let name: String
    let service: any Service

    func run() async throws {
        do {
            try await service.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            let reason = (error as? IOError).flatMap { strerror($0.errnoCode) }.map { String(cString: $0) } ?? "\(error)"
            throw NodeStartupError.listener(reason: "cannot serve the \(name): \(reason)")
        }
    }
}

/// Counts the administrator's doors as they open: mail is taken only when the node can be looked at.
final class OpenDoors: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// Pages and local socket.
    static let count = 2

    init() { (stream, continuation) = AsyncStream.makeStream(of: Void.self) }

    func opened() { continuation.yield() }

    /// Waits until all are open. Called once.
    /// - Returns: false when the node stops before, because one could not be opened.
    func allOpened() async -> Bool {
        var opened = 0
        for await _ in stream.cancelOnGracefulShutdown() {
            opened += 1
            if opened == Self.count { return true }
        }
        return false
    }
}

/// Opens the SMTP ports last, says that the node is in service, and serves.
struct MailDoor: Service {
    let listener: SMTPListener
    let doors: OpenDoors
    let announce: @Sendable () -> Void

    func run() async throws {
        guard await doors.allOpened() else { return }
        do throws(ReceptionError) {
            try await listener.start()
        } catch {
            throw NodeStartupError.listener(reason: error.description)
        }
        announce()
        try await listener.run()
    }
}
