import Settings
import Testing

@testable import UserVerification

@Suite struct AnswerCacheTests {
    private let clock = ManualClock()

    private func key(_ address: String, _ generation: UInt64 = 1) -> AnswerCache.Key {
        AnswerCache.Key(generation: generation, address: address)
    }

    @Test func `an answer is remembered for its lifetime`() {
        var cache = AnswerCache()
        cache.remember(Fixture.accepts, key("a"), maximum: 10, now: clock.now)
        clock.advance(by: .seconds(59))
        let inTime = cache.answer(key("a"), lifetime: .seconds(60), now: clock.now)
        clock.advance(by: .seconds(1))
        let late = cache.answer(key("a"), lifetime: .seconds(60), now: clock.now)
        #expect(inTime == Fixture.accepts && late == nil)
        #expect(cache.count == 0)
    }

    @Test func `a shorter lifetime counts for what is remembered already`() {
        var cache = AnswerCache()
        cache.remember(Fixture.accepts, key("a"), maximum: 10, now: clock.now)
        clock.advance(by: .seconds(30))
        let answer = cache.answer(key("a"), lifetime: .seconds(20), now: clock.now)
        #expect(answer == nil)
    }

    @Test func `the oldest make room, and what was renewed is not old`() {
        var cache = AnswerCache()
        for address in ["a", "b", "c", "a", "d"] { cache.remember(Fixture.accepts, key(address), maximum: 3, now: clock.now) }
        let known = ["a", "b", "c", "d"].filter { cache.answer(key($0), lifetime: .seconds(60), now: clock.now) != nil }
        #expect(known == ["a", "c", "d"])
    }

    @Test func `it stays within its bound however much comes`() {
        var cache = AnswerCache()
        for number in 0..<10_000 { cache.remember(Fixture.refuses, key("\(number)"), maximum: 100, now: clock.now) }
        let newest = cache.answer(key("9999"), lifetime: .seconds(60), now: clock.now)
        let older = cache.answer(key("9899"), lifetime: .seconds(60), now: clock.now)
        #expect(cache.count == 100 && newest == Fixture.refuses && older == nil)
    }

    @Test func `it stays within its bound when one address is renewed for ever`() {
        var cache = AnswerCache()
        for _ in 0..<10_000 { cache.remember(Fixture.accepts, key("a"), maximum: 100, now: clock.now) }
        #expect(cache.count == 1)
    }

    @Test func `a generation is forgotten as a whole`() {
        var cache = AnswerCache()
        for address in ["a", "b"] { cache.remember(Fixture.accepts, key(address, 1), maximum: 10, now: clock.now) }
        cache.remember(Fixture.accepts, key("a", 2), maximum: 10, now: clock.now)
        let forgotten = cache.forget(generation: 1)
        #expect(forgotten == 2 && cache.count(generation: 2) == 1)
    }
}

@Suite struct QuestionAllowanceTests {
    private let clock = ManualClock()

    @Test func `so many run at once`() {
        var allowance = QuestionAllowance()
        let begun = (0..<5).map { _ in allowance.begin(simultaneous: 3, perMinute: 1000, now: clock.now) }
        #expect(begun == [true, true, true, false, false])
        allowance.ended()
        let afterwards = allowance.begin(simultaneous: 3, perMinute: 1000, now: clock.now)
        #expect(afterwards)
    }

    @Test func `so many begin in a minute, and the next when their time has come`() {
        var allowance = QuestionAllowance()
        func ask() -> Bool {
            defer { allowance.ended() }
            return allowance.begin(simultaneous: 100, perMinute: 60, now: clock.now)
        }
        let atFirst = (0..<100).count { _ in ask() }
        clock.advance(by: .seconds(5))
        let soon = (0..<100).count { _ in ask() }
        clock.advance(by: .seconds(3600))
        let later = (0..<100).count { _ in ask() }
        #expect([atFirst, soon, later] == [60, 5, 60])
    }
}

@Suite struct VerificationDecisionTests {
    @Test(
        arguments: [
            (RecipientVerification.Finding.asked(Fixture.accepts), VerificationDecision.accept, VerificationDecision.accept),
            (.remembered(Fixture.accepts), .accept, .accept), (.asked(Fixture.refuses), .refuse, .refuse),
            (.remembered(Fixture.refuses), .refuse, .refuse), (.asked(Fixture.undecided), .tryAgainLater, .accept),
            (.asked(Fixture.away), .tryAgainLater, .accept), (.pausing(Fixture.away), .tryAgainLater, .accept),
            (.tooManyQuestions, .tryAgainLater, .tryAgainLater),
        ])
    func `what is found decides, and where nothing is found the setting`(
        finding: RecipientVerification.Finding, cautious: VerificationDecision, generous: VerificationDecision
    ) {
        var settings = UserVerificationSettings()
        #expect(RecipientVerification(finding).decision(settings) == cautious)
        settings.undecided = .accept
        #expect(RecipientVerification(finding).decision(settings) == generous)
    }

    @Test func `the reason names the server, its words, and whether they are remembered`() {
        let reason = RecipientVerification(.remembered(Fixture.refuses)).reason
        #expect(reason == "refused by mail server mail.example[192.0.2.25]:25: 550 5.1.1 nobody (remembered)")
    }
}
