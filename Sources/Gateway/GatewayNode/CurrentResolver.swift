import DNS
import Logging
import ServiceLifecycle
import Settings
import Synchronization

/// The resolver in force: a new one is made when the DNS settings change, or when the old one has broken. Questions under way end with
/// the one they were asked of.
final class CurrentResolver: DNSResolver, Service {
    private struct State {
        var settings: DNSSettings
        var resolver: UnboundResolver?
    }

    private let state: Mutex<State>
    private let current: CurrentSettings
    private let logger: Logger

    /// - Throws: what makes the present settings unusable.
    init(current: CurrentSettings, logger: Logger) throws(DNSError) {
        self.current = current
        self.logger = logger
        let settings = current.snapshot.settings.dns
        state = Mutex(State(settings: settings, resolver: try Self.make(settings)))
    }

    func resolve(_ name: String, _ type: DNSRecordType) async throws(DNSError) -> DNSAnswer {
        guard let resolver = state.withLock({ $0.resolver }) else { throw .transient(.stopped) }
        return try await resolver.resolve(name, type)
    }

    func run() async throws {
        for await snapshot in current.updates().cancelOnGracefulShutdown() {
            let wanted = snapshot.settings.dns
            guard state.withLock({ $0.settings != wanted }) else { continue }
            do throws(DNSError) {
                let fresh = try Self.make(wanted)
                let old = state.withLock { state in
                    defer { state = State(settings: wanted, resolver: fresh) }
                    return state.resolver
                }
                await old?.shutdown()
                logger.info("name servers changed")
            } catch {
                logger.error("the new DNS settings are unusable; the old ones stay in force", metadata: ["cause": "\(error)"])
            }
        }
        let last = state.withLock { state in
            defer { state.resolver = nil }
            return state.resolver
        }
        await last?.shutdown()
    }

    private static func make(_ settings: DNSSettings) throws(DNSError) -> UnboundResolver {
        var configuration = UnboundConfiguration()
        configuration.hostsFile = "/etc/hosts"
        configuration.timeout = .seconds(settings.timeoutSeconds)
        if !settings.servers.isEmpty {
            configuration.upstream = .forwarders(settings.servers.map { "\($0.host)@\($0.port)" })
            // Servers that an administrator names know the company's own zones better than the library.
            configuration.zonesToAsk = privateZones
        }
        return try UnboundResolver(configuration)
    }

    private static let privateZones =
        ["test", "home.arpa", "10.in-addr.arpa", "168.192.in-addr.arpa"] + (16...31).map { "\($0).172.in-addr.arpa" }
}
