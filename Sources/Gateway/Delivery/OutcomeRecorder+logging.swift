import Logging
import Settings

/// What operators read of outcomes.
extension OutcomeRecorder {
    func log(_ job: DeliveryJob, _ report: AttemptReport) {
        for (recipient, outcome) in zip(job.recipients, report.outcomes) {
            let level = outcome.logLevel
            guard level >= environment.logger.logLevel else { continue }
            environment.logger.log(
                level: level, "\(outcome.name)",
                metadata: [
                    "message": "\(job.active.message.identifier)", "recipient": "\(recipient.address)", "next-hop": "\(report.peer)",
                    "reply": "\(outcome.reply?.description ?? "")", "milliseconds": "\(report.durationMilliseconds)",
                ])
        }
    }
}

extension DeliveryOutcome {
    /// For logs and metrics.
    var name: String {
        switch self {
        case .delivered: "delivered"
        case .deferred: "deferred"
        case .failed: "failed"
        case .givenBack: "given-back"
        }
    }

    /// What went well stands in the message log and costs no line here.
    fileprivate var logLevel: Logger.Level {
        switch self {
        case .delivered, .givenBack: .debug
        case .deferred, .failed: .info
        }
    }
}
