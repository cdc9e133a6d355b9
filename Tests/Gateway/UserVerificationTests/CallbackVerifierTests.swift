import Mail
import Settings
import Synchronization
import Testing

@testable import UserVerification

@Suite(.timeLimit(.minutes(2))) struct CallbackVerifierTests {
    private let clock = ManualClock()
    private let settings = CallbackSettings()

    private func verifier(_ probe: TestSenderProbe) -> CallbackVerifier { CallbackVerifier(probe: probe, now: { [clock] in clock.now }) }

    private func finding(
        _ verifier: CallbackVerifier, _ address: String, _ settings: CallbackSettings? = nil
    ) async throws -> SenderVerification.Finding {
        await verifier.verify(try EmailAddress(address), settings ?? self.settings).finding
    }

    @Test(arguments: [(Fixture.accepts, 168 * 3600), (Fixture.refuses, 6 * 3600), (Fixture.undecided, 300), (Fixture.away, 300)])
    func `an answer of each kind is remembered for its own time`(answer: ProbeAnswer, seconds: Int) async throws {
        let probe = TestSenderProbe(answer)
        let verifier = verifier(probe)
        #expect(try await finding(verifier, "A@far.example") == .asked(answer))
        clock.advance(by: .seconds(seconds - 1))
        #expect(try await finding(verifier, "a@FAR.example") == .remembered(answer))
        clock.advance(by: .seconds(1))
        #expect(try await finding(verifier, "a@far.example") == .asked(answer))
        #expect(probe.asked.count == 2)
    }

    @Test func `servers that are away are away for all of the domain, and for no other`() async throws {
        let probe = TestSenderProbe(Fixture.away)
        let verifier = verifier(probe)
        #expect(try await finding(verifier, "a@far.example") == .asked(Fixture.away))
        #expect(try await finding(verifier, "b@far.example") == .remembered(Fixture.away))
        #expect(try await finding(verifier, "b@other.example") == .asked(Fixture.away))
    }

    @Test func `what one address was refused says nothing of another`() async throws {
        let verifier = verifier(TestSenderProbe(Fixture.refuses))
        #expect(try await finding(verifier, "a@far.example") == .asked(Fixture.refuses))
        #expect(try await finding(verifier, "b@far.example") == .asked(Fixture.refuses))
    }

    @Test func `no free connection is no answer, and not remembered`() async throws {
        let probe = TestSenderProbe(nil)
        let verifier = verifier(probe)
        for _ in 0..<2 { #expect(try await finding(verifier, "a@far.example") == .tooManyQuestions) }
        #expect(probe.asked.count == 2)
    }

    @Test func `messages of one sender wait for one question, and more senders than allowed are not asked about`() async throws {
        let probe = TestSenderProbe(Fixture.accepts)
        var settings = settings
        settings.simultaneousQuestions = 1
        let (verifier, narrow) = (verifier(probe), settings)
        probe.hold()
        async let first = finding(verifier, "a@far.example", narrow)
        await probe.untilAsked()
        async let second = finding(verifier, "a@far.example", narrow)
        #expect(try await finding(verifier, "b@far.example", narrow) == .tooManyQuestions)
        probe.release()
        let found = try await [first, second]
        #expect(found.allSatisfy { $0 == .asked(Fixture.accepts) || $0 == .remembered(Fixture.accepts) })
        #expect(probe.asked == ["a@far.example"])
        #expect(try await finding(verifier, "b@far.example", narrow) == .asked(Fixture.accepts))
    }

    @Test func `an administrator's question passes by what is remembered, and is remembered`() async throws {
        let probe = TestSenderProbe(Fixture.refuses)
        let verifier = verifier(probe)
        #expect(try await finding(verifier, "a@far.example") == .asked(Fixture.refuses))
        probe.say(Fixture.accepts)
        #expect(await verifier.askNow(try EmailAddress("a@far.example"), settings).answer == Fixture.accepts)
        #expect(try await finding(verifier, "a@far.example") == .remembered(Fixture.accepts))
    }

    @Test func `a host has its slots whatever the domain, and gets them back`() throws {
        let slots = TargetSlots(now: { [clock] in clock.now })
        let host = try #require(NetworkAddress("192.0.2.1"))
        #expect(slots.begin(host, settings) && slots.begin(host, settings) && !slots.begin(host, settings))
        slots.end(host)
        #expect(slots.begin(host, settings))
        let neighbours = try ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map { try #require(NetworkAddress($0)) }
        #expect(neighbours.map { slots.begin($0, settings) } == [true, true, false], "one host has a whole /64")
    }

    @Test func `a host is asked only so often in a minute`() throws {
        let slots = TargetSlots(now: { [clock] in clock.now })
        var settings = settings
        settings.questionsPerHostAndMinute = 3
        let host = try #require(NetworkAddress("192.0.2.1"))
        let begun = (0..<4).map { _ in
            defer { slots.end(host) }
            return slots.begin(host, settings)
        }
        #expect(begun == [true, true, true, false])
        clock.advance(by: .seconds(20))
        #expect(slots.begin(host, settings))
    }

    @Test(arguments: [("far.example", true), ("mail.far.example", true), ("notfar.example", false), ("example", false)])
    func `an exception counts for the domains below it`(domain: String, isExcepted: Bool) throws {
        var settings = CallbackSettings()
        #expect(settings.apply(["excepted-domains": "Far.example"]).isEmpty)
        #expect(settings.excepts(try DomainName(domain)) == isExcepted)
    }
}

/// A stranger's mail servers that answer as a test says.
private final class TestSenderProbe: SenderProbe {
    private struct State {
        var answer: ProbeAnswer?
        var asked: [String] = []
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(_ answer: ProbeAnswer?) { state = Mutex(State(answer: answer)) }

    var asked: [String] { state.withLock { $0.asked } }

    func say(_ answer: ProbeAnswer) { state.withLock { $0.answer = answer } }
    func hold() { state.withLock { $0.isHolding = true } }

    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func untilAsked() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.asked.isEmpty { state.waiter = continuation }
                return !state.asked.isEmpty
            }
            if isThere { continuation.resume() }
        }
    }

    func ask(about sender: EmailAddress, _ settings: CallbackSettings, _ slots: TargetSlots, keepsDialogue: Bool) async -> SenderTrial {
        let waiter = state.withLock { state in
            state.asked.append(sender.description)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHolding { state.held.append(continuation) }
                return state.isHolding
            }
            if !isHeld { continuation.resume() }
        }
        return SenderTrial(state.withLock { $0.answer })
    }
}
