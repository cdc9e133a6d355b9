import Testing

@testable import OutsideEngines

/// When mail waits for an engine and when it does not.
@Suite struct EngineBreakerTests {
    private let begin = ContinuousClock.now
    private let pause = Duration.seconds(10)

    private func failing(_ times: Int) -> EngineBreaker {
        var breaker = EngineBreaker()
        for _ in 0..<times { breaker.failed(at: begin, pause: pause) }
        return breaker
    }

    @Test func `three failures in a row end it, fewer do not`() {
        #expect(failing(2).admits && !failing(3).admits)
    }

    @Test func `an answer between failures begins the count anew`() {
        var breaker = failing(2)
        breaker.succeeded()
        breaker.failed(at: begin, pause: pause)
        breaker.failed(at: begin, pause: pause)
        #expect(breaker.admits)
    }

    @Test func `a look is due when the pause is over, not before`() {
        let breaker = failing(3)
        #expect(!breaker.isDueForLook(begin + .seconds(9)) && breaker.isDueForLook(begin + .seconds(10)))
        #expect(!breaker.admits, "mail does not find out by itself")
    }

    @Test func `each vain look doubles the pause, eight times at most`() {
        var breaker = failing(3)
        var pauses: [Int] = []
        for _ in 0..<5 {
            breaker.failedLook(at: begin, pause: pause)
            pauses.append([20, 40, 80].first { breaker.isDueForLook(begin + .seconds($0)) } ?? -1)
        }
        #expect(pauses == [20, 40, 80, 80, 80])
    }

    @Test func `after a good look mail waits again, and one failure is enough to end it`() {
        var breaker = failing(3)
        breaker.answeredLook()
        #expect(breaker.admits)
        breaker.failed(at: begin, pause: pause)
        #expect(!breaker.admits)
        breaker.answeredLook()
        breaker.succeeded()
        breaker.failed(at: begin, pause: pause)
        #expect(breaker.admits)
    }

    @Test func `what was under way when it ended does not make the pause longer, and an answer opens it`() {
        var breaker = failing(5)
        #expect(breaker.isDueForLook(begin + .seconds(10)))
        breaker.succeeded()
        #expect(breaker.admits)
    }
}

/// Connections within their limit.
@Suite struct EngineSlotsTests {
    @Test func `as many as the limit are given out, and the next waits for one`() async {
        let slots = EngineSlots()
        #expect(await slots.take(limit: 2, within: .seconds(60)))
        #expect(await slots.take(limit: 2, within: .seconds(60)))
        #expect(await slots.take(limit: 2, within: .milliseconds(10)) == false)
        async let third = slots.take(limit: 2, within: .seconds(60))
        slots.release()
        #expect(await third)
        #expect(slots.used == 2)
    }

    @Test func `who is cancelled while waiting takes none`() async {
        let slots = EngineSlots()
        #expect(await slots.take(limit: 1, within: .seconds(60)))
        let waiting = Task { await slots.take(limit: 1, within: .seconds(60)) }
        waiting.cancel()
        #expect(await waiting.value == false)
        slots.release()
        #expect(slots.used == 0)
    }
}
