import Hummingbird
import HummingbirdCore
import Logging
import ServiceLifecycle
import Settings
import WebAdmin

/// Serves `/metrics` and `/health` on the metrics listener of the node's settings, and follows its changes. A port that cannot be opened
/// is logged; the node goes on without it.
struct MetricsServer: Service {
    let site: AdminSite
    let settings: CurrentSettings
    let logger: Logger

    func run() async throws {
        var served: ListenAddress?
        // The server of the present listener; ended below when the listener changes and when this service ends.
        var server: (group: ServiceGroup, task: Task<Void, Never>)?
        for await snapshot in settings.updates().cancelOnGracefulShutdown() {
            let wanted = snapshot.settings.node.metricsListener
            guard wanted != served else { continue }
            await end(server)
            server = wanted.map(start)
            served = wanted
        }
        await end(server)
    }

    private func start(_ address: ListenAddress) -> (group: ServiceGroup, task: Task<Void, Never>) {
        let application = Application(
            router: site.probesRouter(), server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))),
            configuration: .init(
                address: .hostname(address.address.description, port: address.port), serverName: nil,
                availableConnectionsDelegate: .maximum(AdministrationFaces.maximumConnections, logger: logger)),
            logger: logger)
        let group = ServiceGroup(services: [application], logger: logger)
        // `end` waits for it.
        let task = Task {
            do {
                try await group.run()
            } catch {
                logger.error("the metrics listener could not be served", metadata: ["address": "\(address)", "cause": "\(error)"])
            }
        }
        return (group, task)
    }

    private func end(_ server: (group: ServiceGroup, task: Task<Void, Never>)?) async {
        guard let server else { return }
        await server.group.triggerGracefulShutdown()
        await server.task.value
    }
}
