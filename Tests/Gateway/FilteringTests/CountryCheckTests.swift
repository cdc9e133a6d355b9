import Countries
import DomainsAndUsers
import Geolocation
import Mail
import Settings
import Testing

@testable import Filtering

@Suite struct CountryCheckTests {
    private static let japan = CountryCode("JP")
    private static let france = CountryCode("FR")

    private func settings(_ texts: [String: String]) throws -> GatewaySettings {
        var settings = GatewaySettings()
        let problems = settings.countries.apply(["enabled": "true"].merging(texts) { $1 })
        #expect(problems.isEmpty)
        return settings
    }

    private func finding(_ address: String, _ texts: [String: String], change: (inout GatewaySettings) -> Void = { _ in }) throws
        -> CountryFinding
    {
        var settings = try settings(texts)
        change(&settings)
        return CountryFinding(try #require(NetworkAddress(address)), settings) { _ in Self.japan }
    }

    @Test func `the two rules are each other's opposite, and nothing chosen screens nobody`() throws {
        let japan = try #require(Self.japan)
        #expect(try finding("133.11.0.1", ["countries": "JP,FR"]) == .unwanted(japan))
        #expect(try finding("133.11.0.1", ["countries": "FR"]) == .wanted(japan))
        #expect(try finding("133.11.0.1", ["countries": "JP", "rule": "allow-listed"]) == .wanted(japan))
        #expect(try finding("133.11.0.1", ["countries": "FR", "rule": "allow-listed"]) == .unwanted(japan))
        for rule in ["refuse-listed", "allow-listed"] { #expect(try finding("133.11.0.1", ["rule": rule]) == .wanted(japan)) }
    }

    @Test(arguments: ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.1.1", "::1", "fd00::1", "fe80::1"])
    func `private addresses are never screened`(address: String) throws {
        #expect(try finding(address, ["countries": "FR", "rule": "allow-listed"]) == .none)
    }

    @Test func `excepted networks, trusted ones and load balancers are never screened`() throws {
        let range = try #require(NetworkRange("133.11.0.0/16"))
        #expect(try finding("133.11.0.1", ["countries": "JP", "excepted-networks": "133.11.0.0/16"]) == .none)
        #expect(try finding("133.11.0.1", ["countries": "JP"]) { $0.relay.trustedNetworks = [range] } == .none)
        #expect(try finding("133.11.0.1", ["countries": "JP"]) { $0.reception.proxyNetworks = [range] } == .none)
    }

    @Test func `an unknown country and a switched off screening let pass`() throws {
        var settings = try settings(["countries": "FR", "rule": "allow-listed"])
        let address = try #require(NetworkAddress("133.11.0.1"))
        #expect(CountryFinding(address, settings) { _ in nil } == .none)
        settings.countries.isEnabled = false
        #expect(CountryFinding(address, settings) { _ in Self.japan } == .none)
    }

    @Test func `countries are kept by code, each once, and have names in both languages`() throws {
        let settings = try settings(["countries": "us, jp\nUS"])
        #expect(settings.countries.countries.map(\.letters) == ["JP", "US"])
        #expect(settings.countries.text(of: "countries") == "JP,US")
        #expect(Self.japan?.name == LocalizedText("Japan", ja: "日本"))
        #expect(
            CountryCode.all.count > 240 && CountryCode.all.allSatisfy { $0.name.english.utf8.count > 2 && $0.name.japanese != $0.letters })
        var section = CountrySettings()
        #expect(section.apply(["countries": "JP,XX"]).map(\.field) == ["countries"])
    }

    private func results(_ texts: [String: String], at phase: FilterPhase, country: String = "133.11.0.1", isSignedIn: Bool = false)
        async throws -> [CheckResult]
    {
        var fixture = SubjectFixture()
        fixture.settings = try settings(texts)
        fixture.address = country
        let countries = CurrentCountries()
        countries.adopt(try CountryDatabases.open(""))
        let plain = try fixture.environment()
        let environment = CheckEnvironment(
            resolver: plain.resolver, accessLists: plain.accessLists, domains: plain.domains, countries: countries)
        var subject = try fixture.subject()
        subject.isSignedIn = isSignedIn
        return await FilterPipeline(environment, types: [CountryCheck.self]).run(phase, subject)
    }

    @Test(arguments: [
        ("score", FilterPhase.greeting, CheckResult.Weight.score(FilterScore(tenths: 30))), ("quarantine", .greeting, .quarantine),
        ("reject", .greeting, .reject), ("disconnect", .connection, .reject),
    ])
    func `an unwanted country has the weight that is set, at its own step alone`(
        action: String, phase: FilterPhase, weight: CheckResult.Weight
    ) async throws {
        let texts = ["countries": "JP", "action": action]
        let found = try await results(texts, at: phase)
        #expect(found.map(\.weight) == [weight] && found[0].text.english.contains("Japan (JP)"))
        #expect(try await results(texts, at: phase == .greeting ? .connection : .greeting).isEmpty)
    }

    @Test func `a wanted country is shown and counts nothing, and who has signed in is not looked up`() async throws {
        let found = try await results(["countries": "FR"], at: .greeting)
        #expect(found.map(\.outcome) == [.notFound] && found[0].detail.english == "Japan (JP)")
        #expect(try await results(["countries": "JP"], at: .greeting, isSignedIn: true).isEmpty)
        #expect(try await results(["countries": "JP", "mail": "false"], at: .greeting).isEmpty)
        #expect(try await results(["countries": "JP", "enabled": "false"], at: .greeting).isEmpty)
    }
}
