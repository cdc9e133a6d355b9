import DNS
import DomainsAndUsers
import Mail
import NIOCore
import SMTP
import Settings
import Testing

@testable import Delivery

@Suite struct RoutingTests {
    private let domains: DomainDirectory
    private let servers = [
        MailServer(endpoint: HostAndPort(host: "10.0.0.2", port: 25), priority: 20),
        MailServer(endpoint: HostAndPort(host: "10.0.0.1", port: 2525), priority: 10, security: .required),
    ]

    init() throws {
        func domain(_ name: String, _ servers: [MailServer]) throws -> ProtectedDomain {
            ProtectedDomain(identifier: RecordIdentifier(milliseconds: 1), name: try DomainName(name), mailServers: servers)
        }
        domains = DomainDirectory(
            revision: SettingsRevision(1),
            domains: [try domain("ours.example", servers), try domain("also.example", servers), try domain("empty.example", [])])
    }

    private func hop(_ address: String, smartHost: String? = nil) throws -> NextHop {
        var settings = DeliverySettings()
        settings.smartHost = smartHost.flatMap { HostAndPort($0, defaultPort: 25) }
        settings.smartHostTLS = .verified
        return NextHop.of(try EmailAddress(address), domains: domains, settings: settings)
    }

    @Test func `a protected domain goes to its servers by priority, whatever else is set`() throws {
        #expect(try hop("a@ours.example", smartHost: "smart.example") == .servers([[servers[1]], [servers[0]]]))
        #expect(try hop("a@OURS.example") == hop("b@also.example"), "domains with the same servers are one destination")
        #expect(try hop("a@empty.example", smartHost: "smart.example") == .unconfigured(try DomainName("empty.example")))
    }

    @Test func `a foreign domain goes to the smart host, else to its mail exchangers`() throws {
        let smart = MailServer(endpoint: HostAndPort(host: "smart.example", port: 25), security: .verified)
        #expect(try hop("a@far.example", smartHost: "smart.example") == .servers([[smart]]))
        #expect(try hop("a@far.example") == .mailExchangers(try DomainName("far.example")))
    }

    @Test func `an address literal is its own next hop`() throws {
        #expect(
            try hop("a@[192.0.2.1]")
                == .servers([[MailServer(endpoint: HostAndPort(host: "192.0.2.1", port: 25))]]))
    }

    @Test func `mail exchangers come in the order of preference`() async throws {
        var dns = StaticDNSResolver()
        try dns.add(.mailExchange(MailExchange(preference: 20, host: "b.example")), at: "far.example")
        try dns.add(.mailExchange(MailExchange(preference: 10, host: "a.example")), at: "far.example")
        let hosts = try await NextHopResolver(resolver: dns).hosts(
            of: .mailExchangers(try DomainName("far.example")), ownName: "gw.example")
        #expect(hosts == ["a.example", "b.example"].map { NextHopHost(name: $0, port: 25, security: .opportunistic) })
    }

    @Test func `servers of equal priority share the load and never pass a better one`() async throws {
        let nextHop = NextHop.servers([servers, [MailServer(endpoint: HostAndPort(host: "10.0.0.3", port: 25), priority: 30)]])
        var first: Set<String> = []
        for _ in 0..<60 {
            let hosts = try await NextHopResolver(resolver: StaticDNSResolver()).hosts(of: nextHop, ownName: "gw.example")
            first.insert(hosts[0].name)
            #expect(hosts.last?.name == "10.0.0.3")
        }
        #expect(first == ["10.0.0.1", "10.0.0.2"])
    }

    @Test(arguments: [
        ("null.example", "5.1.10"), ("absent.example", "5.1.2"), ("bare.example", "5.4.4"), ("broken.example", "4.4.3"),
        ("own.example", "5.4.6"),
    ])
    func `domains without a way`(domain: String, status: String) async throws {
        var dns = StaticDNSResolver()
        try dns.add(.mailExchange(MailExchange(preference: 0, host: ".")), at: "null.example")
        try dns.add(.text("x"), at: "bare.example")
        try dns.fail("broken.example", .mailExchange, with: .transient(.timedOut))
        try dns.add(.mailExchange(MailExchange(preference: 10, host: "gw.example")), at: "own.example")
        try dns.add(.mailExchange(MailExchange(preference: 20, host: "backup.example")), at: "own.example")
        do throws(RouteFailure) {
            _ = try await NextHopResolver(resolver: dns).hosts(of: .mailExchangers(try name(domain)), ownName: "GW.example")
            Issue.record("a way was found")
        } catch {
            #expect(error.reply.status.description == status)
        }
    }

    private func name(_ text: String) throws(RouteFailure) -> DomainName {
        do { return try DomainName(text) } catch { throw RouteFailure(reply: DeliveryReply(.noRoute, "the test's name is wrong")) }
    }

    @Test func `mail exchangers preferred to this gateway are still used`() async throws {
        var dns = StaticDNSResolver()
        try dns.add(.mailExchange(MailExchange(preference: 10, host: "main.example")), at: "far.example")
        try dns.add(.mailExchange(MailExchange(preference: 20, host: "gw.example")), at: "far.example")
        let hosts = try await NextHopResolver(resolver: dns).hosts(
            of: .mailExchangers(try DomainName("far.example")), ownName: "gw.example")
        #expect(hosts.map(\.name) == ["main.example"])
    }

    @Test(arguments: [
        ("127.0.0.1", 2525, "127.0.0.1", "127.0.0.1:2525", true), ("127.0.0.1", 2526, "127.0.0.1", "127.0.0.1:2525", false),
        ("192.0.2.7", 25, "192.0.2.7", "0.0.0.0:25", true), ("192.0.2.7", 25, "192.0.2.8", "0.0.0.0:25", false),
        ("192.0.2.7", 25, "192.0.2.8", "192.0.2.7:25", true),
    ])
    func `a connection that ends at an own listener is recognised`(
        remote: String, port: Int, local: String, listener: String, isOwn: Bool
    ) throws {
        let listeners = [try ListenAddress.parse(listener)]
        #expect(
            SMTPClientConnector.isOwn(
                try SocketAddress(ipAddress: remote, port: port), local: try SocketAddress(ipAddress: local, port: 40000), listeners)
                == isOwn)
    }
}
