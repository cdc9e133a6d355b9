import Mail
import Settings

/// What a node remembers of senders, and whether one more may be asked about. Pure; the time is handed in.
struct CallbackMemory {
    private var accepted = AnswerCache()
    private var refused = AnswerCache()
    /// By address, or by domain where no server of it could be asked.
    private var undecided = AnswerCache()
    private var running = 0

    /// Long enough for a wave of mail in one name; shorter than a greylisting server takes to let through.
    static let undecidedLifetime = Duration.seconds(300)

    static func key(_ address: EmailAddress) -> AnswerCache.Key { AnswerCache.Key(generation: 0, address: address.lookupKey) }

    /// A domain's key cannot be that of an address.
    private static func domainKey(_ address: EmailAddress) -> AnswerCache.Key {
        AnswerCache.Key(generation: 1, address: address.domainName?.ascii ?? "")
    }

    mutating func known(_ address: EmailAddress, _ settings: CallbackSettings, now: ContinuousClock.Instant) -> ProbeAnswer? {
        let key = Self.key(address)
        return accepted.answer(key, lifetime: .seconds(settings.acceptedLifetimeHours * 3600), now: now)
            ?? refused.answer(key, lifetime: .seconds(settings.refusedLifetimeHours * 3600), now: now)
            ?? undecided.answer(key, lifetime: Self.undecidedLifetime, now: now)
            ?? undecided.answer(Self.domainKey(address), lifetime: Self.undecidedLifetime, now: now)
    }

    /// - Returns: whether one more may be asked; it counts until `ended`.
    mutating func begin(_ settings: CallbackSettings) -> Bool {
        guard running < settings.simultaneousQuestions else { return false }
        running += 1
        return true
    }

    mutating func ended() { running = max(0, running - 1) }

    mutating func learn(_ answer: ProbeAnswer, of address: EmailAddress, _ settings: CallbackSettings, now: ContinuousClock.Instant) {
        let key = Self.key(address)
        let maximum = settings.maximumAnswers
        accepted.forget(key)
        refused.forget(key)
        undecided.forget(key)
        undecided.forget(Self.domainKey(address))
        switch answer.statement {
        case .accepts: accepted.remember(answer, key, maximum: maximum, now: now)
        case .refuses: refused.remember(answer, key, maximum: maximum, now: now)
        case .undecided: undecided.remember(answer, key, maximum: maximum, now: now)
        case .serversAway: undecided.remember(answer, Self.domainKey(address), maximum: maximum, now: now)
        }
    }

    var counts: (accepted: Int, refused: Int, undecided: Int) { (accepted.count, refused.count, undecided.count) }
}
