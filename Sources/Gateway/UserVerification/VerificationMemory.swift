import DomainsAndUsers
import Mail
import Settings

/// What a node remembers of mail servers' answers, and whether they may be asked. Pure; the time is handed in.
struct VerificationMemory {
    private var accepted = AnswerCache()
    private var refused = AnswerCache()
    private var domains: [DomainName: VerifiedDomain] = [:]
    private var lastGeneration: UInt64 = 0

    /// Domains that are not asked about any more would stay for ever; beyond so many, all are learned anew.
    private static let maximumDomains = 10_000

    enum Step: Equatable {
        case known(RecipientVerification)
        /// The key under which the answer is to be handed in.
        case ask(AnswerCache.Key)
    }

    /// The generation of a domain's present mail servers; a new one when they have changed.
    mutating func generation(of domain: ProtectedDomain) -> UInt64 {
        if let known = domains[domain.name], known.servers == domain.mailServers { return known.generation }
        if domains.count >= Self.maximumDomains { domains.removeAll() }
        lastGeneration += 1
        domains[domain.name] = VerifiedDomain(servers: domain.mailServers, generation: lastGeneration)
        return lastGeneration
    }

    func key(_ address: EmailAddress, _ generation: UInt64) -> AnswerCache.Key {
        AnswerCache.Key(generation: generation, address: address.lookupKey)
    }

    /// What is remembered of an address, or why nobody may be asked about it; `nil` when the question may be looked at.
    mutating func known(_ key: AnswerCache.Key, _ settings: UserVerificationSettings, now: ContinuousClock.Instant) -> ProbeAnswer? {
        accepted.answer(key, lifetime: .seconds(settings.acceptedLifetimeMinutes * 60), now: now)
            ?? refused.answer(key, lifetime: .seconds(settings.refusedLifetimeMinutes * 60), now: now)
    }

    /// Whether the servers may be asked now; if so, the question counts until `finish`.
    /// - Returns: `nil`, or why not.
    mutating func begin(
        _ name: DomainName, _ settings: UserVerificationSettings, now: ContinuousClock.Instant
    ) -> RecipientVerification.Finding? {
        if let pause = domains[name]?.pause, now < pause.until { return .pausing(pause.answer) }
        let mayAsk = domains[name]?.allowance.begin(
            simultaneous: settings.simultaneousQuestions, perMinute: settings.questionsPerMinute, now: now)
        return mayAsk == true ? nil : .tooManyQuestions
    }

    /// Takes an answer in, unless the domain's servers are others by now.
    mutating func finish(
        _ key: AnswerCache.Key, of name: DomainName, _ answer: ProbeAnswer, _ settings: UserVerificationSettings,
        now: ContinuousClock.Instant
    ) {
        guard domains[name]?.generation == key.generation else { return }
        domains[name]?.allowance.ended()
        domains[name]?.learn(answer, now: now)
        remember(answer, key, settings, now: now)
    }

    /// An administrator's question came past the allowance, and its answer counts as every other.
    mutating func learn(
        _ key: AnswerCache.Key, of name: DomainName, _ answer: ProbeAnswer, _ settings: UserVerificationSettings,
        now: ContinuousClock.Instant
    ) {
        guard domains[name]?.generation == key.generation else { return }
        domains[name]?.learn(answer, now: now)
        remember(answer, key, settings, now: now)
    }

    private mutating func remember(
        _ answer: ProbeAnswer, _ key: AnswerCache.Key, _ settings: UserVerificationSettings, now: ContinuousClock.Instant
    ) {
        switch answer.statement {
        case .accepts:
            refused.forget(key)
            accepted.remember(answer, key, maximum: settings.maximumAnswers, now: now)
        case .refuses:
            accepted.forget(key)
            refused.remember(answer, key, maximum: settings.maximumAnswers, now: now)
        // What is not known is not remembered: the next one asks.
        case .undecided, .serversAway: break
        }
    }
}

extension VerificationMemory {
    /// Whether a random address is to be asked about; if so, nobody else does it meanwhile, and it counts until `finishRandom`.
    mutating func beginRandom(_ name: DomainName, _ settings: UserVerificationSettings, now: ContinuousClock.Instant) -> Bool {
        let interval = Duration.seconds(settings.randomAddressHours * 3600)
        guard domains[name]?.wantsRandomQuestion(every: interval, now: now) == true else { return false }
        let mayAsk = domains[name]?.allowance.begin(
            simultaneous: settings.simultaneousQuestions, perMinute: settings.questionsPerMinute, now: now)
        guard mayAsk == true else { return false }
        domains[name]?.nextRandomQuestion = now + VerifiedDomain.randomRetry
        return true
    }

    /// - Returns: whether it has just turned out that everything is accepted.
    mutating func finishRandom(
        _ generation: UInt64, of name: DomainName, _ answer: ProbeAnswer, isCounted: Bool, _ settings: UserVerificationSettings,
        now: ContinuousClock.Instant
    ) -> Bool {
        guard domains[name]?.generation == generation else { return false }
        if isCounted { domains[name]?.allowance.ended() }
        let interval = Duration.seconds(max(1, settings.randomAddressHours) * 3600)
        return domains[name]?.learnRandom(answer, interval: interval, now: now) ?? false
    }

    func acceptsEverything(_ name: DomainName) -> Bool? { domains[name]?.acceptsEverything }

    var domainsAcceptingEverything: [DomainName] { domains.filter { $0.value.acceptsEverything == true }.map(\.key).sorted() }

    var rememberedCounts: (accepted: Int, refused: Int) { (accepted.count, refused.count) }

    func rememberedCounts(of name: DomainName) -> (accepted: Int, refused: Int) {
        guard let generation = domains[name]?.generation else { return (0, 0) }
        return (accepted.count(generation: generation), refused.count(generation: generation))
    }

    /// - Returns: whether something was remembered of it.
    mutating func forget(_ key: AnswerCache.Key) -> Bool {
        let wasAccepted = accepted.forget(key)
        return refused.forget(key) || wasAccepted
    }

    /// Forgets all of a domain: answers, pause, and what is known of its servers. - Returns: how many answers.
    mutating func forget(_ name: DomainName) -> Int {
        guard let domain = domains[name] else { return 0 }
        let count = accepted.forget(generation: domain.generation) + refused.forget(generation: domain.generation)
        domains[name]?.pause = nil
        domains[name]?.acceptsEverything = nil
        domains[name]?.nextRandomQuestion = nil
        return count
    }
}
