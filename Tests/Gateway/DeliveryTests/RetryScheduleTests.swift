import Settings
import Testing

@testable import Delivery

@Suite struct RetryScheduleTests {
    private let schedule = RetrySchedule(DeliverySettings())

    @Test(arguments: [
        (0, 5), (4, 9), (59, 64), (60, 300), (61, 301), (300, 540), (7000, 7200), (7199, 7200),
    ])
    func `every five minutes in the first hour, then every four hours, at last when it expires`(age: Int, next: Int) {
        var generator = Fixture.Smallest()
        let decision = schedule.decision(queuedAt: Fixture.start, now: minutes(age), using: &generator)
        #expect(decision == .again(minutes(next)))
    }

    @Test(arguments: [(7200, true), (9000, true), (7199, false)])
    func `after five days there is no further attempt`(age: Int, isExpired: Bool) {
        var generator = Fixture.Smallest()
        #expect((schedule.decision(queuedAt: Fixture.start, now: minutes(age), using: &generator) == .expired) == isExpired)
    }

    @Test func `attempts are spread by seconds and never earlier than planned`() {
        var generator = SystemRandomNumberGenerator()
        var times: Set<UTCTime> = []
        for _ in 0..<200 {
            guard case .again(let time) = schedule.decision(queuedAt: Fixture.start, now: Fixture.start, using: &generator) else {
                continue
            }
            times.insert(time)
            #expect(time >= minutes(5) && time < minutes(5).advanced(by: .seconds(5)))
        }
        #expect(times.count > 50)
    }

    @Test func `settings decide all numbers`() {
        var settings = DeliverySettings()
        settings.firstHourRetryMinutes = 1
        settings.laterRetryMinutes = 30
        settings.expireAfterHours = 2
        settings.delayNoticeAfterHours = 1
        let schedule = RetrySchedule(settings)
        var generator = Fixture.Smallest()
        #expect(schedule.decision(queuedAt: Fixture.start, now: Fixture.start, using: &generator) == .again(minutes(1)))
        #expect(schedule.decision(queuedAt: Fixture.start, now: minutes(70), using: &generator) == .again(minutes(100)))
        #expect(schedule.decision(queuedAt: Fixture.start, now: minutes(120), using: &generator) == .expired)
        #expect(!schedule.callsForDelayNotice(queuedAt: Fixture.start, now: minutes(59)))
        #expect(schedule.callsForDelayNotice(queuedAt: Fixture.start, now: minutes(60)))
    }

    @Test func `a clock that ran backwards asks for another attempt`() {
        var generator = Fixture.Smallest()
        #expect(schedule.decision(queuedAt: minutes(100), now: Fixture.start, using: &generator) == .again(minutes(5)))
    }

    @Test func `no delay notice when the settings say none`() {
        var settings = DeliverySettings()
        settings.delayNoticeAfterHours = 0
        #expect(!RetrySchedule(settings).callsForDelayNotice(queuedAt: Fixture.start, now: minutes(7000)))
    }

    private func minutes(_ count: Int) -> UTCTime { Fixture.start.advanced(by: .seconds(count * 60)) }
}
