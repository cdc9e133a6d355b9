import Hummingbird
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
        // The server of the present listener; cancelled below when the listener changes and when this service ends.
        var server: Task<Void, Never>?
        for await snapshot in settings.updates().cancelOnGracefulShutdown() {
            let wanted = snapshot.settings.node.metricsListener
            guard wanted != served else { continue }
            server?.cancel()
            await server?.value
            server = wanted.map { address in Task { await serve(address) } }
            served = wanted
        }
        server?.cancel()
        await server?.value
    }

    private func serve(_ address: ListenAddress) async {
        let application = Application(
            router: site.probesRouter(),
            configuration: .init(address: .hostname(address.address.description, port: address.port), serverName: nil), logger: logger)
        do {
            try await application.run()
        } catch is CancellationError {
            return
        } catch {
            logger.error("the metrics listener could not be served", metadata: ["address": "\(address)", "cause": "\(error)"])
        }
    }
}
