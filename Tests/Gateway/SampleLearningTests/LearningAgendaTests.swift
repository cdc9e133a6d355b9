import SampleLearning
import Settings
import Testing

struct LearningAgendaTests {
    private let now = ContinuousClock.now

    private func due(_ agenda: LearningAgenda, _ unfinished: [String] = [], at time: Int, _ settings: BayesSettings) -> [String] {
        agenda.due(unfinished, today: "2026-11-28", time: TimeOfDay(minutes: time), settings: settings, now: now)
    }

    @Test func `a day's learning is due from the learning time on and once`() {
        var settings = BayesSettings()
        settings.learningTime = TimeOfDay(minutes: 180)
        var agenda = LearningAgenda()
        #expect(due(agenda, at: 179, settings).isEmpty)
        #expect(due(agenda, at: 180, settings) == ["2026-11-28"])
        agenda.finish("2026-11-28", today: "2026-11-28")
        #expect(due(agenda, at: 181, settings).isEmpty)
    }

    @Test func `with nightly learning off only what is asked for is due`() {
        var settings = BayesSettings()
        settings.learnsNightly = false
        let agenda = LearningAgenda()
        #expect(due(agenda, at: 600, settings).isEmpty)
        #expect(due(agenda, ["manual-1"], at: 600, settings) == ["manual-1"])
    }

    @Test func `what another primary left comes first and the date's run is not doubled`() {
        let agenda = LearningAgenda()
        let found = due(agenda, ["2026-11-27", "2026-11-28"], at: 5, BayesSettings())
        #expect(found == ["2026-11-27", "2026-11-28"])
    }

    @Test func `after a failure it waits a while`() {
        var agenda = LearningAgenda()
        agenda.fail(now: now)
        #expect(due(agenda, ["manual-1"], at: 5, BayesSettings()).isEmpty)
        let later = agenda.due(
            ["manual-1"], today: "2026-11-28", time: .midnight, settings: BayesSettings(), now: now + LearningAgenda.pauseAfterFailure)
        #expect(later == ["manual-1", "2026-11-28"])
    }
}
