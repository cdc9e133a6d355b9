import DNS
import Filtering
import Settings
import Testing

/// Lists that others publish in DNS, honest and not.
@Suite struct DNSBlockListCheckTests {
    private func find(
        _ lists: [String], answers: [String: [String]] = [:], address: String = "192.0.2.9"
    ) async throws -> [CheckResult] {
        var fixture = SubjectFixture()
        fixture.address = address
        fixture.settings.dnsBlockLists.lists = try lists.map { try DNSBlockList.parse($0) }
        for (name, texts) in answers {
            for text in texts { try fixture.resolver.add(.address(try #require(HostAddress(text))), at: name) }
        }
        return try await fixture.find(DNSBlockListCheck.self, at: .greeting)
    }

    @Test func `a listed address has the list's weight, an unlisted one none`() async throws {
        let results = try await find(
            ["one.example 3.5", "two.example reject", "three.example 1.0"],
            answers: ["9.2.0.192.one.example": ["127.0.0.2"], "9.2.0.192.two.example": ["127.0.0.4"]])
        #expect(results.map(\.outcome) == [.found, .found, .notFound])
        #expect(results.prefix(2).map(\.weight) == [.score(FilterScore(tenths: 35)), .reject])
        #expect(results[0].text.english.contains("one.example") && results[0].text.english.contains("127.0.0.2"))
    }

    @Test func `IPv6 addresses are asked for by their nibbles`() async throws {
        let name = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.six.example"
        let results = try await find(["six.example 1.0"], answers: [name: ["127.0.0.2"]], address: "2001:db8::1")
        #expect(results.map(\.outcome) == [.found])
    }

    @Test(arguments: [("127.0.0.2", true), ("127.0.0.11", true), ("127.0.0.12", false), ("127.0.1.2", false), ("127.0.0.20", true)])
    func `only the named answers count`(answer: String, isFound: Bool) async throws {
        let results = try await find(["l.example 1.0 127.0.0.2-11 127.0.0.20"], answers: ["9.2.0.192.l.example": [answer]])
        #expect(results.map(\.outcome) == [isFound ? .found : .notFound])
    }

    @Test(arguments: [["127.0.0.1"], ["127.255.255.254"], ["203.0.113.7"], ["127.0.0.2", "203.0.113.7"]])
    func `a list that lies or refuses is passed over and said so`(answers: [String]) async throws {
        let results = try await find(["l.example reject"], answers: ["9.2.0.192.l.example": answers])
        #expect(results.map(\.outcome) == [.undecided])
        #expect(results[0].text.english.contains("l.example"))
    }

    @Test(arguments: [
        "", "zone", "zone.example", "zone.example x", "zone.example 1.0 10.0.0.1", "192.0.2.1 1.0", "zone.example 1.0 127.0.0.9-2",
    ])
    func `what is no list is not taken`(text: String) {
        #expect(throws: SettingsValueError.self) { try DNSBlockList.parse(text) }
    }

    @Test(arguments: ["zone.example 1.5", "zone.example reject 127.0.0.2", "zone.example -2.0 127.0.0.2-11 127.1.0.5"])
    func `a list keeps its text`(text: String) throws {
        #expect(try DNSBlockList.parse(text).description == text)
    }
}
