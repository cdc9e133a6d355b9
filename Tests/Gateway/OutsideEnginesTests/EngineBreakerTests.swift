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

/// Messages that are slow to look through.
@Suite struct DoubtTests {
    private let begin = ContinuousClock.now
    private let pause = Duration.seconds(10)

    private func doubted() -> EngineBreaker {
        var breaker = EngineBreaker()
        let wanted = [breaker.timedOut(), breaker.timedOut(), breaker.timedOut()]
        #expect(wanted == [false, false, true])
        return breaker
    }

    @Test func `slow messages do not end it, however many there are; one look is asked for`() {
        var breaker = doubted()
        let others = (0..<5).map { _ in breaker.timedOut() }
        #expect(!others.contains(true) && breaker.admits)
    }

    @Test func `a sign of life says that the messages were slow`() {
        var breaker = doubted()
        breaker.answeredLook()
        breaker.failed(at: begin, pause: pause)
        breaker.failed(at: begin, pause: pause)
        #expect(breaker.admits)
    }

    @Test func `without a sign of life mail waits no more`() {
        var breaker = doubted()
        breaker.failedLook(at: begin, pause: pause)
        #expect(!breaker.admits)
    }

    @Test func `a broken connection after slow messages ends it`() {
        var breaker = doubted()
        breaker.failed(at: begin, pause: pause)
        #expect(!breaker.admits)
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

    @Test(.timeLimit(.minutes(5)))
    func `a raised limit serves those who wait, in their order`() async {
        let slots = EngineSlots()
        #expect(await slots.take(limit: 1, within: .seconds(600)))
        let waiting = Task { await slots.take(limit: 1, within: .seconds(600)) }
        while slots.waiting == 0 { await Task.yield() }
        #expect(await slots.take(limit: 3, within: .seconds(600)))
        #expect(await waiting.value)
        #expect(slots.used == 3)
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
