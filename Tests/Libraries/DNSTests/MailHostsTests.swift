import DNS
import FuzzTargets
import Testing

struct MailHostsTests {
    private func zone(_ fill: (inout StaticDNSResolver) throws -> Void) rethrows -> StaticDNSResolver {
        var resolver = StaticDNSResolver()
        try fill(&resolver)
        return resolver
    }

    private func names(_ hosts: MailHosts) -> [String] {
        guard case .hosts(let hosts, _) = hosts else { return [] }
        return hosts.map(\.name)
    }

    @Test func `lower preferences come first`() async throws {
        let resolver = try zone {
            try $0.add(.mailExchange(MailExchange(preference: 20, host: "b.example")), at: "example.org")
            try $0.add(.mailExchange(MailExchange(preference: 5, host: "a.example")), at: "example.org")
        }
        #expect(
            try await resolver.mailHosts(for: "Example.org")
                == .hosts([MailHost(name: "a.example", preference: 5), MailHost(name: "b.example", preference: 20)], isSecure: false))
    }

    @Test func `equal preferences are shuffled and nothing else`() {
        let exchanges = (0..<6).map { MailExchange(preference: 10, host: "m\($0)") } + [MailExchange(preference: 1, host: "first")]
        var orders: Set<[String]> = []
        for seed in 0..<50 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let order = names(.ordered(exchanges, using: &generator))
            #expect(order.first == "first")
            #expect(Set(order).count == 7)
            orders.insert(order)
        }
        #expect(orders.count > 20)
    }

    @Test func `the order depends on the generator and not on the answer's order`() {
        let exchanges = (0..<6).map { MailExchange(preference: 10, host: "m\($0)") }
        var one = SeededGenerator(seed: 7)
        var other = SeededGenerator(seed: 7)
        #expect(MailHosts.ordered(exchanges, using: &one) == MailHosts.ordered(exchanges.reversed(), using: &other))
    }

    @Test func `a host named twice is tried once, at its best preference`() {
        var generator = SeededGenerator(seed: 1)
        let exchanges = [
            MailExchange(preference: 30, host: "a"), MailExchange(preference: 20, host: "b"), MailExchange(preference: 10, host: "a"),
        ]
        #expect(names(.ordered(exchanges, using: &generator)) == ["a", "b"])
    }

    @Test func `the number of hosts is limited and the best are kept`() {
        var generator = SeededGenerator(seed: 1)
        let exchanges = (0..<500).map { MailExchange(preference: UInt16($0), host: "m\($0)") }
        #expect(names(.ordered(exchanges.reversed(), using: &generator)) == (0..<50).map { "m\($0)" })
    }

    @Test func `a null exchange alone means that no mail is taken`() async throws {
        let null = DNSRecord.mailExchange(MailExchange(preference: 0, host: "."))
        let alone = try zone { try $0.add(null, at: "example.org") }
        #expect(try await alone.mailHosts(for: "example.org") == .acceptsNoMail)
        let beside = try zone {
            try $0.add(null, at: "example.org")
            try $0.add(.mailExchange(MailExchange(preference: 9, host: "mx.example")), at: "example.org")
        }
        #expect(names(try await beside.mailHosts(for: "example.org")) == ["mx.example"])
    }

    @Test(arguments: ["192.0.2.1", "2001:db8::1"])
    func `a domain without exchanges but with an address is its own host`(address: String) async throws {
        let address = try #require(HostAddress(address))
        let resolver = try zone { try $0.add(.address(address), at: "example.org") }
        #expect(
            try await resolver.mailHosts(for: "example.org.")
                == .hosts([MailHost(name: "example.org", preference: 0, isImplicit: true)], isSecure: false))
    }

    @Test func `an alias is followed to the exchanges of its target`() async throws {
        let resolver = try zone {
            try $0.add(.alias("real.example"), at: "example.org")
            try $0.add(.mailExchange(MailExchange(preference: 1, host: "mx.example")), at: "real.example")
        }
        #expect(names(try await resolver.mailHosts(for: "example.org")) == ["mx.example"])
    }

    @Test func `no records and no name are told apart`() async throws {
        let resolver = try zone { try $0.add(.text("x"), at: "example.org") }
        #expect(try await resolver.mailHosts(for: "example.org") == .noHosts)
        #expect(try await resolver.mailHosts(for: "example.net") == .noSuchDomain)
    }

    @Test func `a failed question never leads to the implicit host`() async throws {
        let resolver = try zone {
            try $0.add(.address(.ipv4(1)), at: "example.org")
            try $0.fail("example.org", .mailExchange, with: .transient(.serverFailure))
        }
        await #expect(throws: DNSError.transient(.serverFailure)) { try await resolver.mailHosts(for: "example.org") }
    }

    @Test func `addresses of both families alternate and one failing family does not matter`() async throws {
        let resolver = try zone {
            try $0.add(.address(.ipv4(1)), at: "h.example")
            try $0.add(.address(.ipv4(2)), at: "h.example")
            try $0.add(.address(.ipv6(3)), at: "h.example")
            try $0.add(.address(.ipv4(4)), at: "half.example")
            try $0.fail("half.example", .aaaa, with: .transient(.timedOut))
            try $0.fail("none.example", .aaaa, with: .transient(.timedOut))
        }
        #expect(try await resolver.addresses(of: "h.example") == [.ipv6(3), .ipv4(1), .ipv4(2)])
        #expect(try await resolver.addresses(of: "half.example") == [.ipv4(4)])
        #expect(try await resolver.addresses(of: "absent.example") == [])
        await #expect(throws: DNSError.transient(.timedOut)) { try await resolver.addresses(of: "none.example") }
    }
}

struct StaticDNSResolverTests {
    @Test func `a hosts file answers for its names`() async throws {
        let resolver = StaticDNSResolver(
            hostsFile: """
                # comment
                192.0.2.1  Mail.example mail # trailing
                2001:db8::1\tmail.example
                nonsense mail.example
                192.0.2.9 -- bad..name
                """)
        #expect(try await resolver.addresses(of: "mail.example").map(\.description) == ["2001:db8::1", "192.0.2.1"])
        #expect(try await resolver.resolve("mail", .a).addresses == [.ipv4(0xc000_0201)])
        #expect(try await resolver.resolve("mail", .mailExchange).finding == .noSuchRecords)
        #expect(try await resolver.resolve("nonsense", .a).finding == .noSuchName)
    }

    @Test func `a circle of aliases ends`() async throws {
        var resolver = StaticDNSResolver()
        try resolver.add(.alias("b.example"), at: "a.example")
        try resolver.add(.alias("a.example"), at: "b.example")
        #expect(await resolver.failure("a.example", .a) == DNSError.transient(.serverFailure))
        #expect(try await resolver.resolve("a.example", .alias).names == ["b.example"])
    }

    @Test func `a name above a known one is known`() async throws {
        var resolver = StaticDNSResolver(security: .secure)
        try resolver.add(.text("x"), at: "_dmarc.a.example")
        #expect(try await resolver.resolve("a.example", .text).finding == .noSuchRecords)
        #expect(try await resolver.resolve("_dmarc.a.example", .text).texts == ["x"])
        #expect(try await resolver.resolve("_dmarc.a.example", .text).security == .secure)
        #expect(await resolver.failure("a..b", .a) == DNSError.permanent(.invalidName))
    }
}

extension DNSResolver {
    /// The error a question ends with; nil when there is an answer.
    func failure(_ name: String, _ type: DNSRecordType) async -> DNSError? {
        do throws(DNSError) {
            _ = try await resolve(name, type)
            return nil
        } catch {
            return error
        }
    }
}
