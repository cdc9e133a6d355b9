import Settings
import Testing

@testable import GatewayNode

/// Small decisions of a node about itself.
struct DutyTests {
    private let start = ContinuousClock.now

    @Test func `a rate is what came within a minute`() {
        var rate = MinuteRate()
        let rates = [(0, 0), (10, 5), (59, 7), (60, 7), (75, 9), (200, 9)].map { rate.add($0.1, at: start + .seconds($0.0)) }
        #expect(rates == [0, 5, 7, 7, 4, 0])
    }

    @Test func `Message Data is away after half a minute of failures in a row, and back with the first success`() {
        var course = MessageDataCourse()
        var states: [Bool] = []
        for (second, answers) in [(0, false), (25, false), (26, true), (30, false), (59, false), (60, false), (65, true)] {
            course.look(answers: answers, at: start + .seconds(second))
            states.append(course.isAway)
        }
        #expect(states == [false, false, false, false, false, true, false])
    }
}
