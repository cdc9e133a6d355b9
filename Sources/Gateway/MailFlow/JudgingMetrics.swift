import Filtering
import MessageLog
import Metrics

/// What judging counts: whole messages by their verdict, and what was refused before there was a message.
struct JudgingMetrics: Sendable {
    private let verdicts: [MessageJudgement.Verdict: Counter]
    private let refusals: [FilterPhase: Counter]

    init(factory: any MetricsFactory) {
        verdicts = Dictionary(
            uniqueKeysWithValues: MessageJudgement.Verdict.allCases.map { verdict in
                let label = "securitygateway_filtering_messages_total"
                return (verdict, Counter(label: label, dimensions: [("verdict", Self.label(verdict))], factory: factory))
            })
        refusals = Dictionary(
            uniqueKeysWithValues: [FilterPhase.connection, .sender, .recipient].map { phase in
                let label = "securitygateway_filtering_early_refusals_total"
                return (phase, Counter(label: label, dimensions: [("step", phase.rawValue)], factory: factory))
            })
    }

    /// The verdict of the checks, whether it is enforced or only recorded.
    func judged(_ verdict: MessageJudgement.Verdict) { verdicts[verdict]?.increment() }

    /// - Parameter phase: where the client was answered; each refused recipient counts.
    func refused(at phase: FilterPhase) { refusals[phase]?.increment() }

    private static func label(_ verdict: MessageJudgement.Verdict) -> String {
        switch verdict {
        case .accept, .tag, .quarantine, .reject: verdict.rawValue
        case .tryAgainLater: "try-again-later"
        }
    }
}
