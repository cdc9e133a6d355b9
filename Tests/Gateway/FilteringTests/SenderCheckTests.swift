import DNS
import Filtering
import Settings
import Testing

/// Reverse look-up and HELO.
@Suite struct SenderCheckTests {
    private func fixture(names: [String], addresses: [String: String] = [:]) throws -> SubjectFixture {
        var fixture = SubjectFixture()
        for name in names { try fixture.resolver.add(.pointer(name), at: "9.2.0.192.in-addr.arpa") }
        for (name, address) in addresses { try fixture.resolver.add(.address(try #require(HostAddress(address))), at: name) }
        return fixture
    }

    @Test func `an address without a name is found, with its score`() async throws {
        let results = try await fixture(names: []).find(ReverseLookupCheck.self, at: .greeting)
        #expect(results.map(\.outcome) == [.found])
        #expect(results.map(\.weight) == [.score(SenderCheckSettings().missingNameScore)])
    }

    @Test func `a name that leads elsewhere is unconfirmed, one that leads back is nothing to find`() async throws {
        let other = try await fixture(names: ["a.example.net"], addresses: ["a.example.net": "192.0.2.10"])
            .find(ReverseLookupCheck.self, at: .greeting)
        #expect(other.map(\.weight) == [.score(SenderCheckSettings().unconfirmedNameScore)])
        let back = try await fixture(names: ["b.example.net", "a.example.net"], addresses: ["a.example.net": "192.0.2.9"])
            .find(ReverseLookupCheck.self, at: .greeting)
        #expect(back.map(\.outcome) == [.notFound])
    }

    @Test func `name servers that fail leave it undecided`() async throws {
        var fixture = try fixture(names: [])
        try fixture.resolver.fail("9.2.0.192.in-addr.arpa", .pointer, with: .transient(.serverFailure))
        #expect(try await fixture.find(ReverseLookupCheck.self, at: .greeting).map(\.outcome) == [.undecided])
        var half = try self.fixture(names: ["a.example.net"])
        try half.resolver.fail("a.example.net", .a, with: .transient(.timedOut))
        #expect(try await half.find(ReverseLookupCheck.self, at: .greeting).map(\.outcome) == [.undecided])
    }

    @Test(
        arguments: [
            ("relay.example.net", nil), ("mx.example.net", nil), ("unknown.example.net", 10),
            ("localhost", 10), ("bad name", 10), ("", 10),
            ("192.0.2.9", 5), ("[192.0.2.9]", 5), ("[IPv6:2001:db8::1]", 5),
            ("mx1.example.com", 50), ("MX1.Example.COM", 50), ("example.com", 50),
        ] as [(String, Int?)])
    func `the HELO name is judged by what it can be`(name: String, tenths: Int?) async throws {
        var fixture = try fixture(names: [], addresses: ["relay.example.net": "192.0.2.9"])
        try fixture.resolver.add(.mailExchange(MailExchange(preference: 1, host: "elsewhere.example")), at: "mx.example.net")
        fixture.heloName = name
        let results = try await fixture.find(HelloCheck.self, at: .greeting)
        if let tenths {
            #expect(results.map(\.weight) == [.score(FilterScore(tenths: tenths))])
            #expect(results.map(\.outcome) == [.found])
        } else {
            #expect(results.map(\.outcome) == [.notFound])
        }
    }

    @Test func `private addresses are not asked about unless the settings say so`() throws {
        var fixture = SubjectFixture()
        fixture.address = "10.1.2.3"
        let check = ReverseLookupCheck(try fixture.environment())
        #expect(!check.isWanted(try fixture.subject(), at: .greeting))
        fixture.settings.filtering.checksPrivateAddresses = true
        #expect(check.isWanted(try fixture.subject(), at: .greeting))
    }
}
