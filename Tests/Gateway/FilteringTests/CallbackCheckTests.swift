import DomainsAndUsers
import Mail
import Settings
import Synchronization
import Testing
import UserVerification

@testable import Filtering

/// Who is asked about, and what follows from the answers.
@Suite struct CallbackCheckTests {
    private let senders = TestSenderVerifier()

    private func results(
        _ change: (inout GatewaySettings, inout FilterSubject) throws -> Void = { _, _ in },
        types: [any MessageCheck.Type] = [CallbackCheck.self]
    ) async throws -> [CheckResult] {
        var fixture = SubjectFixture()
        fixture.settings.callback.isEnabled = true
        var draft = try fixture.subject()
        try change(&fixture.settings, &draft)
        var subject = try fixture.subject()
        subject.reversePath = draft.reversePath
        subject.isSignedIn = draft.isSignedIn
        subject.recipients = draft.recipients
        subject.found = draft.found
        let plain = try fixture.environment()
        let environment = CheckEnvironment(
            resolver: plain.resolver, accessLists: plain.accessLists, domains: plain.domains, senders: senders)
        let pipeline = FilterPipeline(environment, types: types)
        var informed = subject
        let found = await pipeline.run(.message, subject)
        informed.found += found
        return found + (await pipeline.follow(.message, informed))
    }

    private static func answer(_ statement: ProbeAnswer.Statement) -> ProbeAnswer {
        ProbeAnswer(statement, text: "550 5.1.1 nobody", server: "mx.example.net[192.0.2.25]:25")
    }

    @Test(arguments: [
        (ProbeAnswer.Statement.accepts, CheckResult.Outcome.notFound), (.refuses, .found), (.undecided, .undecided),
        (.serversAway, .undecided),
    ])
    func `only a refusal is a finding`(statement: ProbeAnswer.Statement, outcome: CheckResult.Outcome) async throws {
        senders.say(.asked(Self.answer(statement)))
        let results = try await results()
        #expect(results.map(\.outcome) == [outcome])
        #expect(results.map(\.weight) == [.score(outcome == .found ? FilterScore(tenths: 30) : .zero)])
    }

    @Test func `too many questions are undecided`() async throws {
        senders.say(.tooManyQuestions)
        #expect(try await results().map(\.outcome) == [.undecided])
    }

    @Test(arguments: [(CallbackSettings.Action.quarantine, CheckResult.Weight.quarantine), (.reject, .reject)])
    func `a refusal has the weight that is set, and its words stay inside`(
        action: CallbackSettings.Action, weight: CheckResult.Weight
    ) async throws {
        senders.say(.remembered(Self.answer(.refuses)))
        let results = try await results { settings, _ in settings.callback.action = action }
        #expect(results.map(\.weight) == [weight])
        #expect(!results[0].text.english.contains("5.1.1") && results[0].detail.english.contains("550 5.1.1 nobody"))
    }

    @Test func `it is off by default`() async throws {
        #expect(try await results { settings, _ in settings.callback = CallbackSettings() }.isEmpty)
        #expect(senders.asked.isEmpty)
    }

    @Test func `nobody is asked about senders who are known otherwise`() async throws {
        #expect(try await results { _, subject in subject.reversePath = .null }.isEmpty)
        #expect(try await results { _, subject in subject.isSignedIn = true }.isEmpty)
        #expect(try await results { _, subject in subject.reversePath = .address(try EmailAddress("a@example.com")) }.isEmpty)
        #expect(try await results { _, subject in subject.reversePath = .address(try EmailAddress("a@[192.0.2.1]")) }.isEmpty)
        #expect(try await results { settings, _ in settings.relay.trustedNetworks = [try #require(NetworkRange("192.0.2.0/24"))] }.isEmpty)
        #expect(try await results { settings, _ in settings.callback.exceptedDomains = [try DomainName("net")] }.isEmpty)
        #expect(senders.asked.isEmpty)
    }

    private static func result(_ check: String, _ outcome: CheckResult.Outcome, _ weight: CheckResult.Weight) -> CheckResult {
        CheckResult(check: check, outcome: outcome, weight: weight, text: LocalizedText("", ja: ""), isExcusable: true)
    }

    @Test func `mail that is excused, refused or vouched for is not asked about`() async throws {
        var passed = Self.result("dmarc", .notFound, .score(.zero))
        passed.vouches = true
        for settled in [Self.result("access-lists", .found, .allow), Self.result("clamav", .found, .reject), passed] {
            #expect(try await results { _, subject in subject.found = [settled] }.isEmpty)
        }
        #expect(senders.asked.isEmpty)
        #expect(
            try await results { settings, subject in
                settings.callback.skipsDMARCPass = false
                subject.found = [passed]
            }.count == 1)
        var spf = Self.result("spf", .notFound, .score(.zero))
        spf.vouches = true
        #expect(try await results { _, subject in subject.found = [spf] }.count == 1)
        #expect(
            try await results { settings, subject in
                settings.callback.skipsSPFPass = true
                subject.found = [spf]
            }.isEmpty)
    }

    @Test func `mail that its score refuses is not asked about; what is refused for some recipients only is`() async throws {
        let heavy = Self.result("bayes", .found, .score(FilterScore(tenths: 130)))
        #expect(try await results { _, subject in subject.found = [heavy] }.isEmpty)
        #expect(senders.asked.isEmpty)
        var partly = Self.result("content-rules", .found, .reject)
        partly.recipients = [0]
        #expect(try await results { _, subject in subject.found = [partly] }.count == 1)
    }

    @Test func `it hears what the other checks of its step found`() async throws {
        #expect(try await results(types: [CallbackCheck.self, RefusingCheck.self]).map(\.check) == ["refusing"])
        #expect(senders.asked.isEmpty)
    }

    @Test func `recipients of domains that do not want it are left out`() async throws {
        senders.say(.asked(Self.answer(.refuses)))
        var without = DomainSettings()
        without.asksAboutSenders = false
        let addresses = try ["a@example.com", "b@other.example"].map { try EmailAddress($0) }
        let both = try await results { settings, subject in
            settings.domains = ["other.example": without]
            subject.recipients = addresses
        }
        #expect(both.map(\.recipients) == [[0]])
        let none = try await results { settings, subject in
            settings.domains = ["other.example": without]
            subject.recipients = [addresses[1]]
        }
        #expect(none.isEmpty && senders.asked.count == 1)
    }
}

private struct RefusingCheck: MessageCheck {
    static let name = "refusing"
    static let title = LocalizedText("Refusing", ja: "拒否")
    init(_ environment: CheckEnvironment) {}
    var phases: Set<FilterPhase> { [.message] }
    var mayWait: Bool { true }
    func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { true }
    func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        [.found(self, .reject, LocalizedText("no", ja: "否"))]
    }
}

private final class TestSenderVerifier: SenderVerifier {
    private let state = Mutex<(finding: SenderVerification.Finding, asked: [String])>((.tooManyQuestions, []))

    func say(_ finding: SenderVerification.Finding) { state.withLock { $0.finding = finding } }
    var asked: [String] { state.withLock { $0.asked } }

    func verify(_ address: EmailAddress, _ settings: CallbackSettings) async -> SenderVerification {
        state.withLock { state in
            state.asked.append(address.description)
            return SenderVerification(state.finding)
        }
    }

    func askNow(_ address: EmailAddress, _ settings: CallbackSettings) async -> SenderTrial { SenderTrial(nil) }
}
