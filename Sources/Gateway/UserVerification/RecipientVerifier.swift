package import DomainsAndUsers
package import Logging
package import Mail
package import Metrics
package import Settings
import Synchronization

/// Verifies recipients at their domain's mail servers, remembers the answers on this node, and keeps floods away from the servers: one
/// question for an address however many ask, few at once and in a minute for a domain, none while its servers are away.
package final class RecipientVerifier: Sendable {
    private struct State {
        var memory = VerificationMemory()
        /// Questions under way. Whoever wants to know the same waits for them.
        var flights: [AnswerCache.Key: Task<ProbeAnswer, Never>] = [:]
    }

    private enum Step {
        case done(RecipientVerification)
        case wait(Task<ProbeAnswer, Never>)
    }

    private let probe: any RecipientProbe
    private let logger: Logger
    private let metrics: VerificationMetrics
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameters:
    ///   - factory: counts questions and answers.
    ///   - now: the clock of lifetimes and pauses.
    package init(
        probe: any RecipientProbe, logger: Logger, metrics factory: any MetricsFactory = MetricsSystem.factory,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.probe = probe
        self.logger = logger
        metrics = VerificationMetrics(factory: factory)
        self.now = now
    }

    /// What is to be held of a recipient, within the time of one question.
    /// - Parameter domain: that of the address, as it is now: answers of its earlier mail servers count no more.
    package func verify(
        _ address: EmailAddress, in domain: ProtectedDomain, _ settings: UserVerificationSettings
    ) async -> RecipientVerification {
        let verification: RecipientVerification
        switch step(address, domain, settings) {
        case .done(let known): verification = known
        case .wait(let flight): verification = RecipientVerification(.asked(await flight.value))
        }
        metrics.verified(verification)
        return verification
    }

    private func step(_ address: EmailAddress, _ domain: ProtectedDomain, _ settings: UserVerificationSettings) -> Step {
        state.withLock { state in
            let key = state.memory.key(address, state.memory.generation(of: domain))
            if let answer = state.memory.known(key, settings, now: now()) { return .done(RecipientVerification(.remembered(answer))) }
            if let flight = state.flights[key] { return .wait(flight) }
            if let obstacle = state.memory.begin(domain.name, settings, now: now()) { return .done(RecipientVerification(obstacle)) }
            // Whoever verifies waits for it; it ends within its time.
            let flight = Task { await self.ask(address, domain, key, settings) }
            state.flights[key] = flight
            return .wait(flight)
        }
    }

    private func ask(
        _ address: EmailAddress, _ domain: ProtectedDomain, _ key: AnswerCache.Key, _ settings: UserVerificationSettings
    ) async -> ProbeAnswer {
        let answer = await answer(address, domain, settings)
        let counts = state.withLock { state in
            state.flights[key] = nil
            state.memory.finish(key, of: domain.name, answer, settings, now: now())
            return state.memory.rememberedCounts
        }
        metrics.remembers(accepted: counts.accepted, refused: counts.refused)
        if answer.statement == .accepts { startRandomQuestion(domain, key.generation, settings) }
        return answer
    }

    private func answer(
        _ address: EmailAddress, _ domain: ProtectedDomain, _ settings: UserVerificationSettings
    ) async -> ProbeAnswer {
        let probe = probe
        let begun = ContinuousClock.now
        let limit = Duration.seconds(settings.timeLimitSeconds)
        let answer = await TimeLimit.run(limit) { await probe.ask(about: address, of: domain, from: settings.sender, limit: limit) }
        metrics.asked(answer ?? .late, duration: begun.duration(to: .now))
        return answer ?? .late
    }
}

extension RecipientVerifier {
    /// Does the server accept everything? Now and then, when it has accepted something.
    private func startRandomQuestion(_ domain: ProtectedDomain, _ generation: UInt64, _ settings: UserVerificationSettings) {
        guard state.withLock({ $0.memory.beginRandom(domain.name, settings, now: now()) }) else { return }
        // Nobody waits for it; it ends within its time, and there is one for a domain in many minutes.
        Task { await self.askRandom(domain, generation, isCounted: true, settings) }
    }

    private func askRandom(
        _ domain: ProtectedDomain, _ generation: UInt64, isCounted: Bool, _ settings: UserVerificationSettings
    ) async {
        var answer = ProbeAnswer(.undecided, text: "no random address fits the domain")
        if let address = Self.randomAddress(domain.name) { answer = await self.answer(address, domain, settings) }
        let isNews = state.withLock {
            $0.memory.finishRandom(generation, of: domain.name, answer, isCounted: isCounted, settings, now: now())
        }
        guard isNews else { return }
        logger.warning(
            "the mail server accepts every address of the domain, one made up at random too: verifying recipients there has no use",
            metadata: ["domain": "\(domain.name)", "server": "\(answer.server)"])
    }

    /// Twenty letters nobody has as his mailbox. `nil` for a domain so long that no address fits.
    private static func randomAddress(_ domain: DomainName) -> EmailAddress? {
        let letters = (0..<20).map { _ in Character(UnicodeScalar(UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z")))) }
        return try? EmailAddress("\(String(letters))@\(domain.ascii)")
    }
}

extension RecipientVerifier {
    /// Asks at once, whatever is remembered, and remembers the answer. For an administrator, who waits for two questions at most.
    package func askNow(
        _ address: EmailAddress, in domain: ProtectedDomain, _ settings: UserVerificationSettings
    ) async -> ProbeAnswer {
        let answer = await answer(address, domain, settings)
        let generation = state.withLock { state in
            let generation = state.memory.generation(of: domain)
            state.memory.learn(state.memory.key(address, generation), of: domain.name, answer, settings, now: now())
            return generation
        }
        if answer.statement == .accepts, settings.randomAddressHours > 0 {
            await askRandom(domain, generation, isCounted: false, settings)
        }
        return answer
    }

    /// What is known of a domain's mail servers.
    package func standing(of domain: ProtectedDomain) -> VerificationStanding {
        state.withLock { state in
            // Servers that have changed since are not known yet.
            _ = state.memory.generation(of: domain)
            let counts = state.memory.rememberedCounts(of: domain.name)
            return VerificationStanding(
                acceptsEverything: state.memory.acceptsEverything(domain.name), rememberedAccepted: counts.accepted,
                rememberedRefused: counts.refused)
        }
    }

    /// Domains whose mail servers have accepted an address made up at random, by name.
    package var domainsAcceptingEverything: [DomainName] { state.withLock { $0.memory.domainsAcceptingEverything } }

    /// - Returns: how many answers were forgotten, on this node.
    package func forget(_ address: EmailAddress, in domain: ProtectedDomain) -> Int {
        state.withLock { state in
            let key = state.memory.key(address, state.memory.generation(of: domain))
            return state.memory.forget(key) ? 1 : 0
        }
    }

    /// All answers of a domain, and what is known of its servers. - Returns: how many answers were forgotten, on this node.
    package func forgetAll(of domain: DomainName) -> Int { state.withLock { $0.memory.forget(domain) } }
}

/// What is known of a domain's mail servers on this node.
package struct VerificationStanding: Sendable, Hashable {
    /// Whether they accepted an address made up at random; `nil`: they were not asked yet.
    package let acceptsEverything: Bool?
    /// Answers that are remembered.
    package let rememberedAccepted: Int
    package let rememberedRefused: Int

    package init(acceptsEverything: Bool?, rememberedAccepted: Int, rememberedRefused: Int) {
        self.acceptsEverything = acceptsEverything
        self.rememberedAccepted = rememberedAccepted
        self.rememberedRefused = rememberedRefused
    }
}
