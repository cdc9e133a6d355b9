import DNS
import NIOCore
import SMTP
import Settings

/// Finds a next hop's hosts and opens a connection to the first that is ready to take mail.
struct NextHopConnector: Sendable {
    let environment: DeliveryEnvironment

    /// Connections tried for one call, over all hosts and addresses.
    static let maximumTries = 10

    /// How long the other side may take.
    struct Patience: Sendable {
        let connect: TimeAmount
        let reply: TimeAmount
    }

    /// As mail is delivered. Cancelling the task ends it soon.
    func open(_ nextHop: NextHop, _ settings: GatewaySettings) async throws(RouteFailure) -> SMTPClientSession {
        let delivery = settings.delivery
        let patience = Patience(
            connect: .seconds(Int64(delivery.connectTimeoutSeconds)), reply: .seconds(Int64(delivery.replyTimeoutSeconds)))
        return try await open(nextHop, settings, patience)
    }

    func open(_ nextHop: NextHop, _ settings: GatewaySettings, _ patience: Patience) async throws(RouteFailure) -> SMTPClientSession {
        let resolver = NextHopResolver(resolver: environment.resolver)
        let heloName = environment.heloName(settings)
        let connector = SMTPClientConnector(
            group: environment.eventLoopGroup, contexts: environment.contexts, heartbeat: environment.node.heartbeat,
            transcripts: environment.transcripts)
        let options = SMTPClientConnector.Options(
            heloName: heloName, connectTimeout: patience.connect, replyTimeout: patience.reply,
            ownListeners: environment.ownListeners(settings), transcripts: settings.transcripts)
        var failure: RouteFailure?
        var tries = 0
        for host in try await resolver.hosts(of: nextHop, ownName: heloName) {
            let addresses: [HostAddress]
            do throws(RouteFailure) {
                addresses = try await resolver.addresses(of: host)
            } catch {
                failure = error
                continue
            }
            for address in addresses where tries < Self.maximumTries && !Task.isCancelled {
                tries += 1
                do throws(SessionFailure) {
                    return try await connector.open(host, at: address, options)
                } catch {
                    if error.kind == .loop { throw RouteFailure(reply: error.reply) }
                    // Given up for good only when no host leaves hope.
                    if !error.isPermanent || failure == nil {
                        failure = RouteFailure(reply: error.isPermanent ? error.reply : error.reply.asTransient)
                    }
                }
            }
        }
        throw failure ?? RouteFailure(reply: DeliveryReply(.noAnswer, "no host to try"))
    }
}

extension SessionFailure {
    /// A host that says it never takes mail (521, RFC 7504) and a loop do not heal; any other refusal of a greeting may.
    fileprivate var isPermanent: Bool { kind == .loop || reply.serverCode == 521 }
}
