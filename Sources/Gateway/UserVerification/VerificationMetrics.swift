import Metrics

/// What user verification counts. Made once: looking a metric up by name costs more than counting.
struct VerificationMetrics: Sendable {
    private let accepted: Counter
    private let refused: Counter
    private let undecided: Counter
    private let away: Counter
    private let rememberedAccepted: Counter
    private let rememberedRefused: Counter
    private let undecidedByServers: Counter
    private let undecidedByPause: Counter
    private let undecidedByLimit: Counter
    private let seconds: Timer
    private let entriesAccepted: Gauge
    private let entriesRefused: Gauge

    init(factory: any MetricsFactory) {
        func question(_ answer: String) -> Counter {
            Counter(label: "securitygateway_verification_questions_total", dimensions: [("answer", answer)], factory: factory)
        }
        func remembered(_ answer: String) -> Counter {
            Counter(label: "securitygateway_verification_remembered_total", dimensions: [("answer", answer)], factory: factory)
        }
        func undecided(by cause: String) -> Counter {
            Counter(label: "securitygateway_verification_undecided_total", dimensions: [("cause", cause)], factory: factory)
        }
        func gauge(_ value: String) -> Gauge {
            Gauge(label: "securitygateway_verification_answers", dimensions: [("answer", value)], factory: factory)
        }
        accepted = question("accepted")
        refused = question("refused")
        self.undecided = question("undecided")
        away = question("servers-away")
        rememberedAccepted = remembered("accepted")
        rememberedRefused = remembered("refused")
        undecidedByServers = undecided(by: "mail-servers")
        undecidedByPause = undecided(by: "pause")
        undecidedByLimit = undecided(by: "limit")
        seconds = Timer(label: "securitygateway_verification_question_seconds", factory: factory)
        entriesAccepted = gauge("accepted")
        entriesRefused = gauge("refused")
    }

    /// One question to mail servers.
    func asked(_ answer: ProbeAnswer, duration: Duration) {
        switch answer.statement {
        case .accepts: accepted.increment()
        case .refuses: refused.increment()
        case .undecided: undecided.increment()
        case .serversAway: away.increment()
        }
        seconds.record(duration: duration)
    }

    /// One recipient.
    func verified(_ verification: RecipientVerification) {
        switch verification.finding {
        case .asked(let answer):
            switch answer.statement {
            case .accepts, .refuses: break
            case .undecided, .serversAway: undecidedByServers.increment()
            }
        case .remembered(let answer):
            if answer.statement == .accepts { rememberedAccepted.increment() } else { rememberedRefused.increment() }
        case .pausing: undecidedByPause.increment()
        case .tooManyQuestions: undecidedByLimit.increment()
        }
    }

    func remembers(accepted: Int, refused: Int) {
        entriesAccepted.record(accepted)
        entriesRefused.record(refused)
    }
}
