package import Mail
package import Metrics
package import Settings
import Synchronization

/// Asks senders' mail servers, remembers the answers on this node, and keeps floods away from them: one question for an address however
/// many messages come, few at once on the node, few at each host.
package final class CallbackVerifier: SenderVerifier {
    private struct State {
        var memory = CallbackMemory()
        /// Questions under way. Whoever wants to know the same waits for them.
        var flights: [AnswerCache.Key: Task<ProbeAnswer?, Never>] = [:]
    }

    private enum Step {
        case done(SenderVerification)
        case wait(Task<ProbeAnswer?, Never>)
    }

    private let probe: any SenderProbe
    private let slots: TargetSlots
    private let metrics: CallbackMetrics
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// The question ends by itself at its limit, with its dialogue; this long it may take to notice.
    private static let grace = Duration.seconds(2)

    /// - Parameters:
    ///   - factory: counts questions and answers.
    ///   - now: the clock of lifetimes and allowances.
    package init(
        probe: any SenderProbe, metrics factory: any MetricsFactory = MetricsSystem.factory,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.probe = probe
        self.now = now
        slots = TargetSlots(now: now)
        metrics = CallbackMetrics(factory: factory)
    }

    package func verify(_ address: EmailAddress, _ settings: CallbackSettings) async -> SenderVerification {
        let verification: SenderVerification
        switch step(address, settings) {
        case .done(let known): verification = known
        case .wait(let flight): verification = SenderVerification(await flight.value.map { .asked($0) } ?? .tooManyQuestions)
        }
        metrics.verified(verification)
        return verification
    }

    package func askNow(_ address: EmailAddress, _ settings: CallbackSettings) async -> SenderTrial {
        let trial = await ask(address, settings, keepsDialogue: true)
        if let answer = trial.answer { learn(answer, of: address, settings) }
        return trial
    }

    private func step(_ address: EmailAddress, _ settings: CallbackSettings) -> Step {
        state.withLock { state in
            if let answer = state.memory.known(address, settings, now: now()) { return .done(SenderVerification(.remembered(answer))) }
            let key = CallbackMemory.key(address)
            if let flight = state.flights[key] { return .wait(flight) }
            guard state.memory.begin(settings) else { return .done(SenderVerification(.tooManyQuestions)) }
            // Whoever verifies waits for it; it ends within its time.
            let flight = Task { await self.fly(address, key, settings) }
            state.flights[key] = flight
            return .wait(flight)
        }
    }

    private func fly(_ address: EmailAddress, _ key: AnswerCache.Key, _ settings: CallbackSettings) async -> ProbeAnswer? {
        let answer = await ask(address, settings, keepsDialogue: false).answer
        let counts = state.withLock { state in
            state.flights[key] = nil
            state.memory.ended()
            // At once with the end of the flight: nobody comes between them and asks again.
            if let answer { state.memory.learn(answer, of: address, settings, now: now()) }
            return state.memory.counts
        }
        metrics.remembers(accepted: counts.accepted, refused: counts.refused, undecided: counts.undecided)
        return answer
    }

    private func ask(_ address: EmailAddress, _ settings: CallbackSettings, keepsDialogue: Bool) async -> SenderTrial {
        let (probe, slots) = (probe, slots)
        let begun = ContinuousClock.now
        let limit = Duration.seconds(settings.timeLimitSeconds) + Self.grace
        let found = await TimeLimit.run(limit) { await probe.ask(about: address, settings, slots, keepsDialogue: keepsDialogue) }
        var trial = found ?? SenderTrial(.late)
        trial.duration = begun.duration(to: .now)
        metrics.asked(trial)
        return trial
    }

    private func learn(_ answer: ProbeAnswer, of address: EmailAddress, _ settings: CallbackSettings) {
        let counts = state.withLock { state in
            state.memory.learn(answer, of: address, settings, now: now())
            return state.memory.counts
        }
        metrics.remembers(accepted: counts.accepted, refused: counts.refused, undecided: counts.undecided)
    }
}
