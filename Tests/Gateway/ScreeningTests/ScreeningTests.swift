import DomainsAndUsers
import SMTP
import Settings
import Testing

@testable import Screening

struct ScreeningCountersTests {
    private let start = ContinuousClock.now
    private let subject = BanSubject(.network, "192.0.2.9")!

    @Test func `events are counted within the window that the first of them began`() {
        var counters = ScreeningCounters()
        for expected in 1...3 { #expect(counters.add(.connection, of: subject, window: .seconds(60), now: start) == expected) }
        #expect(counters.add(.connection, of: subject, window: .seconds(60), now: start.advanced(by: .seconds(59))) == 4)
        #expect(counters.add(.connection, of: subject, window: .seconds(60), now: start.advanced(by: .seconds(60))) == 1)
    }

    @Test func `each kind of event and each address is counted by itself`() {
        var counters = ScreeningCounters()
        _ = counters.add(.connection, of: subject, window: .seconds(60), now: start)
        #expect(counters.add(.badRecipient, of: subject, window: .seconds(60), now: start) == 1)
        #expect(counters.add(.connection, of: BanSubject(.network, "192.0.2.10")!, window: .seconds(60), now: start) == 1)
    }

    @Test func `passing strangers do not wash out who is near a limit`() {
        var counters = ScreeningCounters(maximumKeys: 100)
        for _ in 0..<5 { _ = counters.add(.badRecipient, of: subject, window: .seconds(60), now: start) }
        for number in 0..<1_000 {
            let stranger = BanSubject(.network, "10.0.\(number / 250).\(number % 250)")!
            _ = counters.add(.connection, of: stranger, window: .seconds(60), now: start)
            #expect(counters.count <= 100)
        }
        #expect(counters.add(.badRecipient, of: subject, window: .seconds(60), now: start) == 6)
    }
}

struct ScreeningPolicyTests {
    @Test(arguments: [
        (ScreeningEvent.connection, 10, false), (.connection, 11, true), (.badRecipient, 9, false), (.badRecipient, 10, true),
        (.failedSignIn, 2, false), (.failedSignIn, 3, true),
    ])
    func `the product's limits`(event: ScreeningEvent, count: Int, isTooMuch: Bool) {
        #expect(ScreeningPolicy(ScreeningSettings()).isTooMuch(count, of: event) == isTooMuch)
    }

    @Test(arguments: ScreeningEvent.allCases) func `a limit of nothing counts nothing`(event: ScreeningEvent) {
        var settings = ScreeningSettings()
        (settings.maximumConnections, settings.maximumBadRecipients, settings.maximumFailedSignIns) = (0, 0, 0)
        #expect(!ScreeningPolicy(settings).isTooMuch(1_000_000, of: event))
    }
}

struct CurrentBansTests {
    private let now = UTCTime(milliseconds: 1_000_000)

    private func ban(_ text: String, _ number: UInt64, minutes: Int? = 10, begun: Int64 = 1_000_000) -> Ban {
        let begunAt = UTCTime(milliseconds: begun)
        return Ban(
            identifier: RecordIdentifier(high: 0, low: number), subject: BanSubject(text.contains("@") ? .user : .network, text)!,
            reason: .manual, node: NodeID(RecordIdentifier(high: 1, low: 1)), begunAt: begunAt,
            until: minutes.map { begunAt.advanced(by: .seconds($0 * 60)) })
    }

    private func address(_ text: String) -> NetworkAddress { NetworkAddress(text)! }

    @Test func `a ban concerns its network and ends by itself`() {
        let bans = CurrentBans()
        #expect(bans.insert(ban("192.0.2.0/24", 1), at: now))
        #expect(bans.ban(of: address("192.0.2.200"), at: now) != nil)
        #expect(bans.ban(of: address("192.0.3.1"), at: now) == nil)
        #expect(bans.ban(of: address("192.0.2.200"), at: now.advanced(by: .seconds(600))) == nil)
    }

    @Test func `a client with IPv6 is its network of 64 bits`() throws {
        let bans = CurrentBans()
        let subject = try #require(BanSubject(client: address("2001:db8:1:2:3:4:5:6")))
        #expect(subject.description == "2001:db8:1:2::/64")
        #expect(bans.insert(ban(subject.description, 1), at: now))
        #expect(bans.ban(of: address("2001:db8:1:2::99"), at: now) != nil)
        #expect(bans.ban(of: address("2001:db8:1:3::99"), at: now) == nil)
    }

    @Test func `who is banned is not banned again, and of two bans the longer one counts`() {
        let bans = CurrentBans()
        #expect(bans.insert(ban("192.0.2.9", 1), at: now))
        #expect(!bans.insert(ban("192.0.2.9", 2), at: now))
        bans.adopt(BanChanges(revision: 1, changed: [(ban("192.0.2.9", 3, minutes: 5), false)]), at: now)
        #expect(bans.ban(of: address("192.0.2.9"), at: now)?.identifier.low == 1)
        bans.adopt(BanChanges(revision: 2, changed: [(ban("192.0.2.9", 4, minutes: nil), false)]), at: now)
        #expect(bans.ban(of: address("192.0.2.9"), at: now)?.until == nil && bans.count == 1)
    }

    @Test func `a lifted ban ends, and older news changes nothing`() {
        let bans = CurrentBans()
        let present = ban("192.0.2.9", 1)
        bans.adopt(BanChanges(revision: 5, changed: [(present, false)]), at: now)
        bans.adopt(BanChanges(revision: 6, changed: [(present, true)]), at: now)
        #expect(bans.ban(of: address("192.0.2.9"), at: now) == nil && bans.count == 0)
        bans.adopt(BanChanges(revision: 5, changed: [(present, false)]), at: now)
        #expect(bans.count == 0)
    }

    @Test func `ended bans are forgotten when news comes`() {
        let bans = CurrentBans()
        for number in 0..<10 { #expect(bans.insert(ban("192.0.2.\(number)", UInt64(number)), at: now)) }
        bans.adopt(BanChanges(revision: 1, changed: []), at: now.advanced(by: .seconds(3_600)))
        #expect(bans.count == 0)
    }

    @Test func `a user's ban is his alone`() {
        let bans = CurrentBans()
        #expect(bans.insert(ban("me@example.com", 1, minutes: nil), at: now))
        #expect(bans.ban(ofUser: "me@example.com", at: now) != nil)
        #expect(bans.ban(ofUser: "you@example.com", at: now) == nil)
    }
}

struct ClientScreeningTests {
    private var settings = GatewaySettings()
    private let client = NetworkAddress("192.0.2.9")!
    private let screening = ClientScreening(
        node: NodeID(RecordIdentifier(high: 1, low: 1)), isAllowListed: { $0 == NetworkAddress("192.0.2.77") })

    init() { settings.screening.isOn = true }

    @Test func `one connection too many is refused at once, and so are the next ones`() {
        for _ in 0..<10 { #expect(screening.refusal(of: client, settings) == nil) }
        for _ in 0..<2 { #expect(screening.refusal(of: client, settings)?.code == 421) }
        #expect(screening.refusal(of: NetworkAddress("192.0.2.10")!, settings) == nil)
        #expect(screening.outbox.take(10, at: .now()).map(\.reason) == [.connections])
    }

    @Test func `faults of several connections add up`() {
        for _ in 0..<9 { #expect(screening.note(.badRecipient, of: client, settings) == nil) }
        #expect(screening.note(.badRecipient, of: client, settings)?.code == 421)
        #expect(screening.refusal(of: client, settings)?.code == 421)
    }

    @Test(arguments: ["127.0.0.1", "192.0.2.77", "198.51.100.1", "203.0.113.1"])
    func `this host, allowed addresses, trusted networks and load balancers are never banned`(text: String) {
        var settings = settings
        settings.relay.trustedNetworks = [NetworkRange("198.51.100.0/24")!]
        settings.reception.proxyNetworks = [NetworkRange("203.0.113.0/24")!]
        let address = NetworkAddress(text)!
        for _ in 0..<50 {
            #expect(screening.refusal(of: address, settings) == nil)
            #expect(screening.note(.failedSignIn, of: address, settings) == nil)
        }
        #expect(screening.bans.count == 0)
    }

    @Test func `while it is off nothing is counted, and bans by hand hold`() {
        let off = GatewaySettings()
        for _ in 0..<50 { #expect(screening.refusal(of: client, off) == nil) }
        let ban = Ban(
            identifier: RecordIdentifier(high: 0, low: 1), subject: BanSubject(client: client)!, reason: .manual,
            node: NodeID(RecordIdentifier(high: 1, low: 1)), begunAt: .now(), until: nil)
        screening.bans.adopt(BanChanges(revision: 1, changed: [(ban, false)]), at: .now())
        #expect(screening.refusal(of: client, off)?.code == 554)
    }

    @Test func `a frozen user is told to ask his administrator`() {
        #expect(screening.refusal(ofUser: "me@example.com") == nil)
        #expect(screening.freeze(user: "me@example.com", .sending, note: "", for: nil) != nil)
        #expect(screening.freeze(user: "me@example.com", .sending, note: "", for: nil) == nil, "once is enough")
        #expect(screening.refusal(ofUser: "me@example.com")?.code == 550)
    }
}

struct SignInTraceTests {
    @Test func `tries of one name become one row, and a flood of names a bounded number`() {
        let trace = SignInTrace(node: NodeID(RecordIdentifier(high: 1, low: 1)), maximumKeys: 10)
        for _ in 0..<3 { trace.note(.smtp, name: "me@example.com", address: "192.0.2.9") }
        for number in 0..<1_000 { trace.note(.smtp, name: "\(number)@example.com", address: "192.0.2.9") }
        let rows = trace.take()
        #expect(rows.count == 11 && rows.reduce(0) { $0 + $1.tries } == 1_003)
        #expect(rows.first { $0.name == "me@example.com" }?.tries == 3)
        #expect(trace.take().isEmpty)
    }
}
