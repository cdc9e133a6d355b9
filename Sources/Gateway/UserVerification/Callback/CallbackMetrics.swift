import Metrics

/// What call-back verification counts. Made once: looking a metric up by name costs more than counting.
struct CallbackMetrics: Sendable {
    private let questions: [ProbeAnswer.Statement: Counter]
    private let remembered: [ProbeAnswer.Statement: Counter]
    private let tooMany: Counter
    private let seconds: Timer
    private let entries: [ProbeAnswer.Statement: Gauge]

    init(factory: any MetricsFactory) {
        func counters(_ label: String) -> [ProbeAnswer.Statement: Counter] {
            Dictionary(
                uniqueKeysWithValues: Self.names.map { statement, name in
                    (statement, Counter(label: label, dimensions: [("answer", name)], factory: factory))
                })
        }
        questions = counters("securitygateway_callback_questions_total")
        remembered = counters("securitygateway_callback_remembered_total")
        tooMany = Counter(label: "securitygateway_callback_limited_total", dimensions: [], factory: factory)
        seconds = Timer(label: "securitygateway_callback_question_seconds", factory: factory)
        entries = Dictionary(
            uniqueKeysWithValues: Self.names.dropLast().map { statement, name in
                (statement, Gauge(label: "securitygateway_callback_answers", dimensions: [("answer", name)], factory: factory))
            })
    }

    private static let names: [(ProbeAnswer.Statement, String)] = [
        (.accepts, "accepted"), (.refuses, "refused"), (.undecided, "undecided"), (.serversAway, "servers-away"),
    ]

    /// One question to mail servers; one for which no slot was free is counted with the sender.
    func asked(_ trial: SenderTrial) {
        guard let answer = trial.answer else { return }
        questions[answer.statement]?.increment()
        seconds.record(duration: trial.duration)
    }

    /// One sender.
    func verified(_ verification: SenderVerification) {
        switch verification.finding {
        case .asked: break
        case .remembered(let answer): remembered[answer.statement]?.increment()
        case .tooManyQuestions: tooMany.increment()
        }
    }

    func remembers(accepted: Int, refused: Int, undecided: Int) {
        entries[.accepts]?.record(accepted)
        entries[.refuses]?.record(refused)
        entries[.undecided]?.record(undecided)
    }
}
