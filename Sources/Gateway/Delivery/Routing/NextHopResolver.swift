import DNS
import DomainsAndUsers
import Mail
import SMTP
import Settings

/// One host to try: a name or address, a port, and how the connection is protected.
struct NextHopHost: Sendable, Hashable {
    let name: String
    let port: Int
    let security: ConnectionSecurity
    /// What we sign in with there.
    var credential: MailServerCredential?
}

/// Why there is no host to try.
struct RouteFailure: Error, Sendable, Hashable {
    let reply: DeliveryReply
    var isPermanent: Bool { reply.status.category == .permanentFailure }
}

/// Finds the hosts of a next hop in the order to try them.
struct NextHopResolver: Sendable {
    let resolver: any DNSResolver

    /// Addresses of one host that are tried; more would keep a message waiting for hours on a dead network.
    static let maximumAddressesPerHost = 6

    /// - Parameter ownName: this node's HELO name; where it stands among mail exchangers, it and all behind it are left out (RFC 5321
    ///   section 5.1).
    func hosts(of nextHop: NextHop, ownName: String) async throws(RouteFailure) -> [NextHopHost] {
        switch nextHop {
        case .servers(let groups):
            return groups.flatMap { $0.shuffled() }.map {
                NextHopHost(
                    name: $0.endpoint.host, port: $0.endpoint.port, security: Self.security(of: $0), credential: $0.credential)
            }
        case .mailExchangers(let domain): return try await mailExchangers(of: domain, ownName: ownName)
        case .unconfigured(let domain):
            throw RouteFailure(
                reply: DeliveryReply(EnhancedStatusCode(.persistentTransientFailure, 4, 4), "no mail server is configured for \(domain)"))
        }
    }

    /// A password is never sent in the clear, so with one there is no going on without TLS.
    private static func security(of server: MailServer) -> ConnectionSecurity {
        server.credential != nil && server.security == .opportunistic ? .required : server.security
    }

    /// The addresses of one host, as the DNS or the text itself gives them.
    func addresses(of host: NextHopHost) async throws(RouteFailure) -> [HostAddress] {
        if let address = HostAddress(host.name) { return [address] }
        let found: [HostAddress]
        do throws(DNSError) {
            found = try await resolver.addresses(of: host.name)
        } catch {
            throw Self.directoryFailure("\(error)", name: host.name)
        }
        guard !found.isEmpty else {
            throw RouteFailure(
                reply: DeliveryReply(EnhancedStatusCode(.persistentTransientFailure, 4, 4), "\(host.name) has no address"))
        }
        return Array(found.prefix(Self.maximumAddressesPerHost))
    }

    private func mailExchangers(of domain: DomainName, ownName: String) async throws(RouteFailure) -> [NextHopHost] {
        let found: MailHosts
        do throws(DNSError) {
            found = try await resolver.mailHosts(for: domain.ascii)
        } catch {
            guard error.isTransient else { throw RouteFailure(reply: DeliveryReply(.noSuchDomain, "\(domain): \(error)")) }
            throw Self.directoryFailure("\(error)", name: domain.ascii)
        }
        switch found {
        case .hosts(let hosts, _): return try Self.usable(hosts, of: domain, ownName: ownName)
        case .acceptsNoMail: throw RouteFailure(reply: DeliveryReply(.recipientNullMX, "\(domain) accepts no mail (null MX)"))
        case .noHosts: throw RouteFailure(reply: DeliveryReply(.noRoute, "\(domain) has no mail server"))
        case .noSuchDomain: throw RouteFailure(reply: DeliveryReply(.noSuchDomain, "the domain \(domain) does not exist"))
        }
    }

    /// Hosts preferred to ourselves; with none left the mail would come back to us.
    private static func usable(_ hosts: [MailHost], of domain: DomainName, ownName: String) throws(RouteFailure) -> [NextHopHost] {
        let own = hosts.first { $0.name == ownName.lowercased() }?.preference
        let usable = own.map { own in hosts.filter { $0.preference < own } } ?? hosts
        guard !usable.isEmpty else {
            throw RouteFailure(
                reply: DeliveryReply(.routingLoop, "mail for \(domain) loops back to this gateway (its own name in the MX records)"))
        }
        return usable.map { NextHopHost(name: $0.name, port: NextHop.smtpPort, security: .opportunistic) }
    }

    private static func directoryFailure(_ text: String, name: String) -> RouteFailure {
        RouteFailure(reply: DeliveryReply(.directoryFailure, "DNS look-up of \(name): \(text)"))
    }
}
