import SMTP
import Settings
import Synchronization
import Testing

@testable import Screening

struct RateLedgerTests {
    private let now = UTCTime(milliseconds: 1_800_000_000_000)
    private let subject = RateSubject.user("me@example.com")
    private let own = RecordIdentifier(high: 1, low: 1)
    private let other = RecordIdentifier(high: 2, low: 2)

    private func later(_ minutes: Int) -> UTCTime { now.advanced(by: .seconds(minutes * 60)) }

    @Test func `what was sent is counted for an hour`() {
        var ledger = RateLedger(writer: own)
        ledger.add(RateAmount(messages: 1, recipients: 5), of: subject, isShared: false, at: now)
        ledger.add(RateAmount(messages: 1, recipients: 2), of: subject, isShared: false, at: later(30))
        #expect(ledger.amount(of: subject, at: later(31)) == RateAmount(messages: 2, recipients: 7))
        #expect(ledger.amount(of: subject, slots: 2, at: later(31)) == RateAmount(messages: 1, recipients: 2))
        #expect(ledger.amount(of: subject, at: later(61)) == RateAmount(messages: 1, recipients: 2))
        #expect(ledger.amount(of: subject, at: later(120)) == RateAmount())
    }

    @Test func `figures of others add up, a later one of a writer takes the place of his earlier one, and one's own are not counted twice`()
    {
        var ledger = RateLedger(writer: own)
        ledger.add(RateAmount(messages: 1, recipients: 1), of: subject, isShared: true, at: now)
        func figure(_ recipients: Int, _ writer: RecordIdentifier) -> RateFigure {
            RateFigure(
                subject: subject, slot: RateSlot(now), amount: RateAmount(messages: recipients, recipients: recipients), writer: writer)
        }
        ledger.adopt([figure(3, other), figure(1, own)], at: now)
        #expect(ledger.amount(of: subject, at: now).recipients == 4)
        ledger.adopt([figure(7, other), figure(10, RecordIdentifier(high: 3, low: 3))], at: now)
        #expect(ledger.amount(of: subject, at: now).recipients == 18)
    }

    @Test func `others are told what changed, all of the hour when a subject first comes near a limit`() {
        var ledger = RateLedger(writer: own)
        ledger.add(RateAmount(messages: 1, recipients: 1), of: subject, isShared: false, at: now)
        #expect(ledger.takeChanged(10).isEmpty)
        ledger.add(RateAmount(messages: 1, recipients: 1), of: subject, isShared: true, at: later(10))
        #expect(ledger.takeChanged(10).count == 2)
        ledger.add(RateAmount(messages: 1, recipients: 1), of: subject, isShared: true, at: later(10))
        let figures = ledger.takeChanged(10)
        #expect(figures.map(\.amount.recipients) == [2])
        ledger.putBack(figures)
        #expect(ledger.takeChanged(10) == figures)
        #expect(ledger.takeChanged(10).isEmpty)
    }

    @Test func `a flood of addresses is bounded and does not wash out who sends much`() {
        var ledger = RateLedger(writer: own, maximumSubjects: 100)
        ledger.add(RateAmount(messages: 50, recipients: 50), of: subject, isShared: false, at: now)
        for number in 0..<1_000 {
            let address = NetworkAddress("10.0.\(number / 250).\(number % 250)")!
            ledger.add(RateAmount(messages: 1, recipients: 1), of: .address(address), isShared: false, at: now)
            #expect(ledger.count <= 100)
        }
        #expect(ledger.amount(of: subject, at: now).recipients == 50)
    }

    @Test func `a user's networks are counted while he sends from them`() {
        var ledger = RateLedger(writer: own)
        for number in 1...3 {
            ledger.add(
                RateAmount(messages: 1), of: .userFrom("me@example.com", NetworkAddress("10.\(number).0.0")!), isShared: true, at: now)
        }
        ledger.adopt(
            [
                RateFigure(
                    subject: .userFrom("me@example.com", NetworkAddress("10.9.0.0")!), slot: RateSlot(now), amount: RateAmount(messages: 1),
                    writer: other)
            ],
            at: now)
        #expect(ledger.networkCount(ofUser: "me@example.com", slots: 2, at: now) == 4)
        #expect(ledger.networkCount(ofUser: "me@example.com", slots: 2, at: later(30)) == 0)
        ledger.forgetOld(at: later(120))
        #expect(ledger.count == 0)
    }

    @Test(arguments: [
        RateSubject.address(NetworkAddress("2001:db8::")!), .user("a b@example.com"),
        .userFrom("me@example.com", NetworkAddress("192.0.2.0")!),
    ]) func `a subject is read as it was written`(subject: RateSubject) { #expect(RateSubject(subject.description) == subject) }
}

struct RatePolicyTests {
    private var settings = RateLimitSettings()
    private let address: RateClient
    private let user: RateClient

    init() throws {
        let client = try #require(NetworkAddress("192.0.2.9"))
        address = .address(client)
        user = .user("me@example.com", from: client)
        settings.addressMessages = 10
        settings.userRecipients = 20
        settings.freezeRecipients = 30
        settings.freezeNetworks = 2
    }

    private func use(_ messages: Int, _ recipients: Int, networks: Int = 1) -> RateUse {
        let amount = RateAmount(messages: messages, recipients: recipients)
        return RateUse(hour: amount, recent: amount, networks: networks)
    }

    @Test func `so many are accepted and no more`() {
        let policy = RatePolicy(settings)
        #expect(policy.verdict(address, use(9, 500), more: 0) == .pass)
        #expect(policy.verdict(address, use(10, 10), more: 0) == .later(limit: 10, ofRecipients: false))
        #expect(policy.verdict(user, use(500, 19), more: 1) == .pass)
        #expect(policy.verdict(user, use(1, 20), more: 0) == .later(limit: 20, ofRecipients: true))
        #expect(policy.verdict(user, use(0, 0), more: 21) == .later(limit: 20, ofRecipients: true))
    }

    @Test func `an account that sends unusually much or from unusually many networks is stolen`() {
        let policy = RatePolicy(settings)
        #expect(policy.verdict(user, use(1, 0), more: 31) == .freeze(.sending, note: "31 recipients within 10 minutes"))
        #expect(policy.verdict(user, use(1, 1, networks: 3), more: 1) == .freeze(.addresses, note: "3 networks within 10 minutes"))
        #expect(policy.verdict(address, use(1, 1_000, networks: 3), more: 1_000) == .pass, "an address is no account")
    }

    @Test func `others are told from a tenth of a limit on`() {
        let policy = RatePolicy(settings)
        #expect(!policy.isShared(address, use(0, 100)))
        #expect(policy.isShared(address, use(1, 1)))
        #expect(!RatePolicy(RateLimitSettings()).isShared(user, use(1_000, 1_000)))
    }
}

struct RateLimiterTests {
    private var settings = GatewaySettings()
    private let screening = ClientScreening(node: NodeID(RecordIdentifier(high: 1, low: 1)), isAllowListed: { _ in false })
    private let address: RateClient

    init() throws { address = .address(try #require(NetworkAddress("192.0.2.9"))) }

    @Test func `without limits nothing is counted`() {
        let limiter = RateLimiter(screening: screening)
        for _ in 0..<100 { _ = limiter.count(address, recipients: 10, settings) }
        #expect(limiter.ledger.withLock(\.count) == 0 && limiter.refusal(address, more: 0, settings) == nil)
    }

    @Test func `an address waits when it has sent its messages, and others do not`() {
        var settings = settings
        settings.rateLimits.addressMessages = 3
        let limiter = RateLimiter(screening: screening)
        for _ in 0..<3 {
            #expect(limiter.refusal(address, more: 0, settings) == nil)
            _ = limiter.count(address, recipients: 1, settings)
        }
        #expect(limiter.refusal(address, more: 0, settings)?.code == 451)
        #expect(limiter.refusal(.address(NetworkAddress("192.0.2.10")!), more: 0, settings) == nil)
        #expect(limiter.refusal(.user("me@example.com", from: NetworkAddress("192.0.2.9")!), more: 0, settings) == nil)
    }

    @Test func `a stolen account is frozen on the spot and for everybody`() {
        var settings = settings
        settings.rateLimits.freezeNetworks = 2
        let limiter = RateLimiter(screening: screening)
        for number in 1...2 {
            let client = RateClient.user("me@example.com", from: NetworkAddress("10.\(number).0.1")!)
            #expect(limiter.refusal(client, more: 0, settings) == nil)
            _ = limiter.count(client, recipients: 1, settings)
        }
        let third = RateClient.user("me@example.com", from: NetworkAddress("10.3.0.1")!)
        #expect(limiter.refusal(third, more: 0, settings)?.code == 550)
        #expect(screening.refusal(ofUser: "me@example.com")?.code == 550)
        #expect(screening.outbox.take(10, at: .now()).map(\.reason) == [.addresses])
    }
}
