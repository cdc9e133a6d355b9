import DomainsAndUsers
import Mail
import Settings

/// Where mail for some recipients goes: the key by which deliveries share connections, limits and pauses.
enum NextHop: Sendable, Hashable {
    /// These servers, in groups of equal priority: a protected domain's, the smart host, or an address literal. Domains with the same
    /// servers are one destination.
    case servers([[MailServer]])
    /// Whatever the DNS says for the domain (RFC 5321 section 5).
    case mailExchangers(DomainName)
    /// A protected domain without mail servers: nowhere, until the administrator says where.
    case unconfigured(DomainName)

    /// The port of SMTP between servers.
    static let smtpPort = 25

    /// The route of one recipient. Pure: the DNS is asked only when a connection is made.
    static func of(_ address: EmailAddress, domains: DomainDirectory, settings: DeliverySettings) -> NextHop {
        if let name = address.domainName, let domain = domains.domain(name) {
            return domain.mailServers.isEmpty ? .unconfigured(name) : .servers(domain.mailServersByPriority)
        }
        if let smartHost = settings.smartHost {
            return .servers([[MailServer(endpoint: smartHost, security: settings.smartHostTLS)]])
        }
        switch address.domain {
        case .name(let name): return .mailExchangers(name)
        case .literal(let literal): return .servers([[MailServer(endpoint: HostAndPort(host: literal.address, port: smtpPort))]])
        }
    }
}

extension NextHop: CustomStringConvertible {
    /// For logs.
    var description: String {
        switch self {
        case .servers(let groups): groups.joined().map(\.endpoint.description).joined(separator: ",")
        case .mailExchangers(let domain): "MX of \(domain)"
        case .unconfigured(let domain): "\(domain) without mail servers"
        }
    }
}
