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
        var replacedAt: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let current: CurrentSettings
    private let logger: Logger

    private static let replacementInterval = Duration.seconds(10)

    /// - Throws: what makes the present settings unusable.
    init(current: CurrentSettings, logger: Logger) throws(DNSError) {
        self.current = current
        self.logger = logger
        let settings = current.snapshot.settings.dns
        state = Mutex(State(settings: settings, resolver: try Self.make(settings)))
    }

    func resolve(_ name: String, _ type: DNSRecordType) async throws(DNSError) -> DNSAnswer {
        let resolver = state.withLock { $0.resolver }
        guard let resolver else { throw .transient(.stopped) }
        do throws(DNSError) {
            return try await resolver.resolve(name, type)
        } catch {
            guard case .transient(.stopped) = error, let fresh = replace(resolver) else { throw error }
            return try await fresh.resolve(name, type)
        }
    }

    /// The library has broken down: another resolver takes its place, at most one in `replacementInterval`.
    private func replace(_ broken: UnboundResolver) -> UnboundResolver? {
        let (present, settings): (UnboundResolver?, DNSSettings?) = state.withLock { state in
            guard let present = state.resolver, present === broken else { return (state.resolver, nil) }
            if let last = state.replacedAt, last.duration(to: .now) < Self.replacementInterval { return (nil, nil) }
            state.replacedAt = .now
            return (nil, state.settings)
        }
        guard let settings else { return present }
        do throws(DNSError) {
            let fresh = try Self.make(settings)
            state.withLock { state in if state.resolver === broken { state.resolver = fresh } }
            logger.error("the resolver broke down and was made anew")
            return fresh
        } catch {
            logger.error("the resolver broke down and could not be made anew", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    func run() async throws {
        for await snapshot in current.updates().cancelOnGracefulShutdown() {
            let wanted = snapshot.settings.dns
            guard state.withLock({ $0.settings != wanted }) else { continue }
            do throws(DNSError) {
                let fresh = try Self.make(wanted)
                let old = state.withLock { state in
                    defer {
                        state.settings = wanted
                        state.resolver = fresh
                    }
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
        ["test", "home.arpa", "127.in-addr.arpa", "10.in-addr.arpa", "168.192.in-addr.arpa"] + (16...31).map { "\($0).172.in-addr.arpa" }
}
