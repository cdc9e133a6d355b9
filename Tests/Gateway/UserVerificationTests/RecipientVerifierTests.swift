import DomainsAndUsers
import Mail
import Settings
import Testing

@testable import UserVerification

@Suite(.timeLimit(.minutes(2))) struct RecipientVerifierTests {
    private let clock = ManualClock()

    private func verifier(_ probe: TestProbe) -> RecipientVerifier {
        RecipientVerifier(probe: probe, logger: Fixture.silent, now: { [clock] in clock.now })
    }

    /// Without questions about random addresses, unless a test is about these.
    private func settings(_ change: (inout UserVerificationSettings) -> Void = { _ in }) -> UserVerificationSettings {
        var settings = UserVerificationSettings()
        settings.randomAddressHours = 0
        change(&settings)
        return settings
    }

    private func finding(
        _ verifier: RecipientVerifier, _ address: String, port: Int = 25, _ settings: UserVerificationSettings
    ) async throws -> RecipientVerification.Finding {
        await verifier.verify(try EmailAddress(address), in: try Fixture.domain(port: port), settings).finding
    }

    @Test(arguments: [(Fixture.accepts, 1440), (Fixture.refuses, 60)])
    func `an answer is asked for once in its lifetime, whatever the case of the address`(answer: ProbeAnswer, minutes: Int) async throws {
        let probe = TestProbe(usual: answer)
        let verifier = verifier(probe)
        #expect(try await finding(verifier, "B@here.example", settings()) == .asked(answer))
        clock.advance(by: .seconds(minutes * 60 - 1))
        #expect(try await finding(verifier, "b@HERE.example", settings()) == .remembered(answer))
        #expect(probe.asked.count == 1)
        clock.advance(by: .seconds(1))
        #expect(try await finding(verifier, "b@here.example", settings()) == .asked(answer))
    }

    @Test func `what was not decided is asked for again`() async throws {
        let probe = TestProbe(usual: Fixture.undecided)
        let verifier = verifier(probe)
        for _ in 0..<2 { #expect(try await finding(verifier, "b@here.example", settings()) == .asked(Fixture.undecided)) }
        probe.say(Fixture.accepts, of: "b@here.example")
        #expect(try await finding(verifier, "b@here.example", settings()) == .asked(Fixture.accepts))
    }

    @Test func `servers that are away are left in peace for a little`() async throws {
        let probe = TestProbe(usual: Fixture.away)
        let verifier = verifier(probe)
        #expect(try await finding(verifier, "a@here.example", settings()) == .asked(Fixture.away))
        #expect(try await finding(verifier, "b@here.example", settings()) == .pausing(Fixture.away))
        #expect(probe.asked.count == 1)
        clock.advance(by: VerifiedDomain.pauseLength)
        #expect(try await finding(verifier, "b@here.example", settings()) == .asked(Fixture.away))
    }

    @Test func `who asks the same at once waits for one answer`() async throws {
        let probe = TestProbe()
        probe.hold()
        let verifier = verifier(probe)
        let settings = settings { $0.simultaneousQuestions = 1 }
        let domain = try Fixture.domain()
        let address = try EmailAddress("b@here.example")
        let findings = await withTaskGroup(of: RecipientVerification.Finding.self) { group in
            for _ in 0..<50 { group.addTask { await verifier.verify(address, in: domain, settings).finding } }
            await probe.until(1)
            probe.release()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(probe.asked == ["b@here.example"])
        #expect(findings.allSatisfy { $0 == .asked(Fixture.accepts) || $0 == .remembered(Fixture.accepts) })
    }

    @Test func `more questions at once than are allowed are not asked`() async throws {
        let probe = TestProbe()
        probe.hold()
        let verifier = verifier(probe)
        let settings = settings { $0.simultaneousQuestions = 2 }
        let domain = try Fixture.domain()
        let addresses = try ["a", "b"].map { try EmailAddress("\($0)@here.example") }
        await withTaskGroup(of: Void.self) { group in
            for address in addresses { group.addTask { _ = await verifier.verify(address, in: domain, settings) } }
            await probe.until(2)
            #expect((try? await finding(verifier, "c@here.example", settings)) == .tooManyQuestions)
            probe.release()
        }
        #expect(try await finding(verifier, "c@here.example", settings) == .asked(Fixture.accepts))
    }

    @Test func `guessed addresses do not push out good ones`() async throws {
        let probe = TestProbe(usual: Fixture.refuses, ["good@here.example": Fixture.accepts])
        let verifier = verifier(probe)
        let settings = settings {
            $0.maximumAnswers = 100
            $0.questionsPerMinute = 60_000
        }
        _ = try await finding(verifier, "good@here.example", settings)
        for number in 0..<300 { _ = try await finding(verifier, "guess\(number)@here.example", settings) }
        #expect(try await finding(verifier, "good@here.example", settings) == .remembered(Fixture.accepts))
        let standing = verifier.standing(of: try Fixture.domain())
        #expect(standing.rememberedAccepted == 1 && standing.rememberedRefused == 100)
    }

    @Test func `other mail servers are asked anew`() async throws {
        let probe = TestProbe(usual: Fixture.refuses)
        let verifier = verifier(probe)
        _ = try await finding(verifier, "b@here.example", port: 25, settings())
        #expect(try await finding(verifier, "b@here.example", port: 2525, settings()) == .asked(Fixture.refuses))
        #expect(try await finding(verifier, "b@here.example", port: 2525, settings()) == .remembered(Fixture.refuses))
    }

    @Test func `a server that never answers is left at the time limit`() async throws {
        let probe = TestProbe()
        probe.hold()
        let verifier = verifier(probe)
        #expect(try await finding(verifier, "b@here.example", settings { $0.timeLimitSeconds = 1 }) == .asked(.late))
        probe.release()
    }

    @Test func `answers are forgotten by address and by domain`() async throws {
        let probe = TestProbe(usual: Fixture.refuses)
        let verifier = verifier(probe)
        let domain = try Fixture.domain()
        for name in ["a", "b", "c"] { _ = try await finding(verifier, "\(name)@here.example", settings()) }
        #expect(verifier.forget(try EmailAddress("A@here.example"), in: domain) == 1)
        #expect(try await finding(verifier, "a@here.example", settings()) == .asked(Fixture.refuses))
        #expect(verifier.forgetAll(of: domain.name) == 3)
        #expect(try await finding(verifier, "b@here.example", settings()) == .asked(Fixture.refuses))
    }

    @Test func `an administrator's question goes past what is remembered and replaces it`() async throws {
        let probe = TestProbe(usual: Fixture.refuses)
        let verifier = verifier(probe)
        _ = try await finding(verifier, "b@here.example", settings())
        probe.say(Fixture.accepts, of: "b@here.example")
        let answer = await verifier.askNow(try EmailAddress("b@here.example"), in: try Fixture.domain(), settings())
        #expect(answer == Fixture.accepts)
        #expect(try await finding(verifier, "b@here.example", settings()) == .remembered(Fixture.accepts))
    }
}

@Suite(.timeLimit(.minutes(2))) struct AcceptingEverythingTests {
    private let clock = ManualClock()
    private let address = "b@here.example"

    private func verifier(_ probe: TestProbe) -> RecipientVerifier {
        RecipientVerifier(probe: probe, logger: Fixture.silent, now: { [clock] in clock.now })
    }

    /// Returns when the answer about a random address has been taken in.
    private func untilKnown(_ verifier: RecipientVerifier) async throws -> Bool? {
        let domain = try Fixture.domain()
        while verifier.standing(of: domain).acceptsEverything == nil { await Task.yield() }
        return verifier.standing(of: domain).acceptsEverything
    }

    @Test(arguments: [(Fixture.accepts, true), (Fixture.refuses, false)])
    func `a server is asked about a random address when it has accepted one`(random: ProbeAnswer, everything: Bool) async throws {
        let probe = TestProbe(usual: random, [address: Fixture.accepts])
        let verifier = verifier(probe)
        let domain = try Fixture.domain()
        _ = await verifier.verify(try EmailAddress(address), in: domain, UserVerificationSettings())
        #expect(try await untilKnown(verifier) == everything)
        #expect(verifier.domainsAcceptingEverything == (everything ? [domain.name] : []))
        #expect(probe.asked.count == 2 && probe.asked.last != address)
    }

    @Test func `it is asked about one in many hours only`() async throws {
        let probe = TestProbe()
        let verifier = verifier(probe)
        let domain = try Fixture.domain()
        let settings = UserVerificationSettings()
        _ = await verifier.verify(try EmailAddress(address), in: domain, settings)
        _ = try await untilKnown(verifier)
        for number in 0..<5 { _ = await verifier.verify(try EmailAddress("b\(number)@here.example"), in: domain, settings) }
        #expect(probe.asked.count == 7)
        clock.advance(by: .seconds(settings.randomAddressHours * 3600))
        _ = await verifier.verify(try EmailAddress("later@here.example"), in: domain, settings)
        await probe.until(9)
    }

    @Test func `a server that was set right is found so`() async throws {
        let probe = TestProbe()
        let verifier = verifier(probe)
        let domain = try Fixture.domain()
        let settings = UserVerificationSettings()
        _ = await verifier.askNow(try EmailAddress(address), in: domain, settings)
        #expect(verifier.standing(of: domain).acceptsEverything == true)
        probe.sayUsually(Fixture.refuses)
        probe.say(Fixture.accepts, of: address)
        _ = await verifier.askNow(try EmailAddress(address), in: domain, settings)
        #expect(verifier.standing(of: domain).acceptsEverything == false && verifier.domainsAcceptingEverything.isEmpty)
    }

    @Test func `who never wants to know is not told`() async throws {
        let probe = TestProbe()
        let verifier = verifier(probe)
        var settings = UserVerificationSettings()
        settings.randomAddressHours = 0
        _ = await verifier.verify(try EmailAddress(address), in: try Fixture.domain(), settings)
        #expect(probe.asked == [address])
    }
}
