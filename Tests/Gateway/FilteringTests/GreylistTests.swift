import DNS
import DomainsAndUsers
import Mail
import Settings
import Synchronization
import Testing

@testable import Filtering

struct GreylistDecisionTests {
    private let settings = GreylistingSettings()
    private let start = UTCTime(milliseconds: 1_000_000)

    private func record(passed: Bool = false, lastSeen: UTCTime? = nil) -> GreylistRecord {
        GreylistRecord(firstSeenAt: start, lastSeenAt: lastSeen ?? start, passedAt: passed ? start : nil)
    }

    private func decision(_ record: GreylistRecord?, after seconds: Int) -> GreylistDecision {
        GreylistDecision(record, settings, now: start.advanced(by: .seconds(seconds)))
    }

    @Test func `whoever is new waits the whole time`() {
        let decision = decision(nil, after: 0)
        #expect(decision.answer == .wait(.seconds(900)) && decision.change == .begin)
    }

    @Test func `whoever comes too early waits for the rest, and trying does not begin it anew`() {
        let decision = decision(record(), after: 300)
        #expect(decision.answer == .wait(.seconds(600)) && decision.change == .none)
    }

    @Test func `whoever comes again after the wait passes`() {
        let decision = decision(record(), after: 900)
        #expect(decision.answer == .pass && decision.change == .pass)
        let now = start.advanced(by: .seconds(900))
        #expect(decision.record(after: record(), now: now) == GreylistRecord(firstSeenAt: start, lastSeenAt: now, passedAt: now))
    }

    @Test func `whoever comes again after days is new again`() {
        #expect(decision(record(), after: 48 * 3600 - 1).answer == .pass)
        #expect(decision(record(), after: 48 * 3600).change == .begin)
    }

    @Test func `a passed sender is let through and its use is noted now and then only`() {
        #expect(decision(record(passed: true), after: 60) == decision(record(passed: true), after: 3_600))
        #expect(decision(record(passed: true), after: 60).change == .none)
        #expect(decision(record(passed: true), after: 86_400).change == .renew)
        #expect(decision(record(passed: true), after: 10 * 86_400).change == .begin)
    }

    @Test func `a record from a clock that is ahead makes nobody wait longer than a new one`() {
        #expect(decision(record(), after: -3_600).answer == .wait(.seconds(900)))
    }

    @Test func `a long wait does not outlive the time for coming again`() {
        var settings = GreylistingSettings()
        settings.waitSeconds = 86_400
        settings.retryHours = 1
        let decision = GreylistDecision(record(), settings, now: start.advanced(by: .seconds(86_400)))
        #expect(decision.answer == .pass)
    }
}

struct GreylistTripletTests {
    private func triplet(_ sender: String, from address: String = "192.0.2.9", _ settings: GreylistingSettings = .init()) throws
        -> GreylistTriplet
    {
        GreylistTriplet(
            address: try #require(NetworkAddress(address)), sender: sender.isEmpty ? .null : .address(try EmailAddress(sender)),
            recipient: try EmailAddress("You@example.com"), settings)
    }

    @Test func `machines of one network, upper case and numbers in list addresses make no difference`() throws {
        let first = try triplet("bounce-1234-you@lists.example.net")
        #expect(first.network == "192.0.2.0/24" && first.sender == "bounce-#-you@lists.example.net" && first.recipient == "you@example.com")
        #expect(try triplet("Bounce-99-you@lists.example.net", from: "192.0.2.77").key == first.key)
        #expect(try triplet("prvs=1234abcdef=me@example.net").sender == "me@example.net")
        #expect(try triplet("", from: "2001:db8:1:2:3::4").network == "2001:db8:1:2::/64")
    }

    @Test func `another network, sender or recipient is another triplet`() throws {
        let first = try triplet("me@example.net")
        #expect(try triplet("me@example.net", from: "192.0.3.9").key != first.key)
        #expect(try triplet("you@example.net").key != first.key)
        #expect(
            GreylistTriplet(network: "a", sender: "bc", recipient: "").key != GreylistTriplet(network: "ab", sender: "c", recipient: "").key
        )
    }

    @Test func `without bits of the address the network is not looked at`() throws {
        var settings = GreylistingSettings()
        settings.ipv4Prefix = 0
        #expect(try triplet("me@example.net", settings).key == triplet("me@example.net", from: "198.51.100.1", settings).key)
    }

    @Test func `remembered triplets are bounded, and all are forgotten when some were deleted`() {
        let passed = PassedTriplets(maximum: 10)
        for number in 0..<100 { passed.insert(RecordIdentifier(high: 0, low: UInt64(number)), asOf: .none) }
        #expect(passed.count <= 10)
        #expect(passed.contains(RecordIdentifier(high: 0, low: 99)) && !passed.contains(RecordIdentifier(high: 0, low: 1)))
        passed.adopt(SettingsRevision(3))
        #expect(passed.count == 0)
    }

    @Test func `a remembered triplet is asked about again after a while`() {
        let passed = PassedTriplets()
        let now = ContinuousClock.now
        passed.insert(RecordIdentifier(high: 1, low: 1), asOf: .none, now: now)
        #expect(passed.contains(RecordIdentifier(high: 1, low: 1), now: now.advanced(by: .seconds(3_599))))
        #expect(!passed.contains(RecordIdentifier(high: 1, low: 1), now: now.advanced(by: .seconds(3_601))))
    }
}

struct GreylistCheckTests {
    /// Answers as told and counts.
    private final class Store: GreylistStore {
        let asked = Mutex(0)
        let record: GreylistRecord?
        let isAway: Bool
        /// What happens while it is asked.
        let meanwhile: @Sendable () -> Void

        init(_ record: GreylistRecord? = nil, isAway: Bool = false, meanwhile: @escaping @Sendable () -> Void = {}) {
            self.record = record
            self.isAway = isAway
            self.meanwhile = meanwhile
        }

        func decide(
            _ triplet: GreylistTriplet, _ settings: GreylistingSettings, now: UTCTime
        ) async throws(DirectoryError) -> GreylistDecision {
            asked.withLock { $0 += 1 }
            meanwhile()
            if isAway { throw .unavailable(cause: "lost") }
            return GreylistDecision(record, settings, now: now)
        }

        func greylistRevision() async throws(DirectoryError) -> SettingsRevision { .none }
    }

    private var fixture = SubjectFixture()

    init() { fixture.settings.greylisting.isOn = true }

    private func check(
        _ store: Store, servers: [MailServer] = [], passed: PassedTriplets = PassedTriplets()
    ) throws -> GreylistCheck {
        let domain = ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName("example.com"), mailServers: servers)
        return GreylistCheck(
            CheckEnvironment(
                resolver: fixture.resolver, accessLists: CurrentAccessLists(fixture.lists),
                domains: CurrentDomains(DomainDirectory(revision: .none, domains: [domain])), greylist: store,
                passedTriplets: passed))
    }

    private static var old: GreylistRecord {
        GreylistRecord(firstSeenAt: UTCTime.now().advanced(by: .seconds(-3_600)), lastSeenAt: UTCTime.now(), passedAt: nil)
    }

    @Test func `a new sender is asked to come again and told when`() async throws {
        let results = await (try check(Store())).find(try fixture.subject(), at: .recipient)
        #expect(results.map(\.weight) == [.tryAgainLater] && results.first?.isExcusable == true)
        #expect(results.first?.text.english.contains("15 min 0 s") == true)
    }

    @Test func `a sender that has passed is asked about once`() async throws {
        let store = Store(Self.old)
        let check = try check(store)
        for _ in 0..<3 { #expect(await check.find(try fixture.subject(), at: .recipient).map(\.outcome) == [.notFound]) }
        #expect(store.asked.withLock(\.self) == 1)
    }

    @Test func `a triplet that was deleted while the database answered is asked about again`() async throws {
        let passed = PassedTriplets()
        let store = Store(Self.old) { passed.adopt(SettingsRevision(3)) }
        let check = try check(store, passed: passed)
        for _ in 0..<3 { _ = await check.find(try fixture.subject(), at: .recipient) }
        #expect(store.asked.withLock(\.self) == 2, "once more after the deletion")
    }

    @Test(arguments: [true, false])
    func `a sender its domain authorizes need not come again where SPF excuses`(excuses: Bool) async throws {
        var other = self
        other.fixture.settings.greylisting.excusesSPF = excuses
        try other.fixture.resolver.add(.text("v=spf1 ip4:192.0.2.9 -all"), at: "example.net")
        let store = Store()
        let results = await (try other.check(store)).find(try other.fixture.subject(), at: .recipient)
        #expect(results.map(\.outcome) == [excuses ? .notFound : .found])
        #expect(store.asked.withLock(\.self) == (excuses ? 0 : 1))
    }

    @Test func `SPF excuses nobody it does not authorize`() async throws {
        var other = self
        other.fixture.settings.greylisting.excusesSPF = true
        try other.fixture.resolver.add(.text("v=spf1 -all"), at: "example.net")
        #expect(await (try other.check(Store())).find(try other.fixture.subject(), at: .recipient).map(\.weight) == [.tryAgainLater])
    }

    @Test(arguments: AccessListEntry.List.allCases) func `a listed sender is not asked to come again, the list decides`(
        list: AccessListEntry.List
    ) async throws {
        var other = self
        let value = try #require(AccessListEntry.canonical(.network, "192.0.2.9"))
        let entry = AccessListEntry(identifier: RecordIdentifier(milliseconds: 1), list: list, kind: .network, value: value, domain: nil)
        other.fixture.lists = AccessLists(revision: SettingsRevision(1), entries: [entry])
        let store = Store()
        #expect(await (try other.check(store)).find(try other.fixture.subject(), at: .recipient).isEmpty)
        #expect(store.asked.withLock(\.self) == 0)
    }

    @Test func `a database that does not answer delays nobody`() async throws {
        let results = await (try check(Store(isAway: true))).find(try fixture.subject(), at: .recipient)
        #expect(results.map(\.outcome) == [.undecided])
    }

    @Test func `while it is off, or for users and trusted networks, nobody is asked`() throws {
        let check = try check(Store())
        #expect(check.isWanted(try fixture.subject(), at: .recipient))
        var own = try fixture.subject()
        own.isSignedIn = true
        #expect(!check.isWanted(own, at: .recipient))
        var other = fixture
        other.settings.relay.trustedNetworks = [try #require(NetworkRange("192.0.2.0/24"))]
        #expect(!check.isWanted(try other.subject(), at: .recipient))
        #expect(!check.isWanted(try SubjectFixture().subject(), at: .recipient))
    }

    @Test(arguments: ["192.0.2.9", "mail.example.com"]) func `the domain's own mail servers are not delayed`(host: String) async throws {
        var other = self
        try other.fixture.resolver.add(.address(.ipv4(0xC000_0209)), at: "mail.example.com")
        let store = Store()
        let check = try other.check(store, servers: [MailServer(endpoint: try #require(HostAndPort(host, defaultPort: 25)))])
        #expect(await check.find(try other.fixture.subject(), at: .recipient).isEmpty)
        #expect(store.asked.withLock(\.self) == 0)
    }
}
