import DomainsAndUsers

/// What is known of a domain's mail servers as long as they stay the same.
struct VerifiedDomain {
    let servers: [MailServer]
    /// Distinguishes these servers' answers from those of others before them.
    let generation: UInt64
    var allowance = QuestionAllowance()
    /// The servers could not be asked: they are left in peace until then.
    var pause: (until: ContinuousClock.Instant, answer: ProbeAnswer)?
    /// Whether an address made up at random was accepted; `nil`: not known.
    var acceptsEverything: Bool?
    var nextRandomQuestion: ContinuousClock.Instant?

    /// An away server is noticed by one question in so long, and not by every recipient.
    static let pauseLength = Duration.seconds(5)
    /// After a random address was not decided.
    static let randomRetry = Duration.seconds(600)

    init(servers: [MailServer], generation: UInt64) {
        self.servers = servers
        self.generation = generation
    }

    /// Whether it is time to ask about a random address.
    func wantsRandomQuestion(every interval: Duration, now: ContinuousClock.Instant) -> Bool {
        interval > .zero && nextRandomQuestion.map { now >= $0 } ?? true
    }

    mutating func learn(_ answer: ProbeAnswer, now: ContinuousClock.Instant) {
        switch answer.statement {
        case .serversAway: pause = (now + Self.pauseLength, answer)
        case .accepts, .refuses, .undecided: pause = nil
        }
    }

    /// - Returns: whether it has just turned out that everything is accepted.
    mutating func learnRandom(_ answer: ProbeAnswer, interval: Duration, now: ContinuousClock.Instant) -> Bool {
        let before = acceptsEverything
        switch answer.statement {
        case .accepts: acceptsEverything = true
        case .refuses: acceptsEverything = false
        case .undecided, .serversAway:
            nextRandomQuestion = now + min(interval, Self.randomRetry)
            return false
        }
        nextRandomQuestion = now + interval
        return acceptsEverything == true && before != true
    }
}
