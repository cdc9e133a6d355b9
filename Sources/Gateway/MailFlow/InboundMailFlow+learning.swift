package import BayesianLearning
import Mail
import MessageLog
import Reception
import SMTP
package import SampleLearning
import Settings
import SharedFolders

/// Mail to the training addresses, which is learned instead of delivered.
extension InboundMailFlow {
    /// The same flow, with mail to the training addresses taught, and what is to be learned by itself.
    /// - Parameter snapshot: tells how much of each kind is learned.
    package func learning(by teaching: SampleTeaching, snapshot: CurrentBayesSnapshot) -> InboundMailFlow {
        var flow = self
        flow.learning = FlowLearning(teaching: teaching, snapshot: snapshot, logger: logger)
        return flow
    }

    /// Takes a message to a training address: its samples are durable before 250, and nothing else is kept of it.
    func train(
        _ message: ReceivedMessage, _ header: MessageLogHeader, as kind: SampleKind, _ learning: FlowLearning
    ) async -> ReceptionDecision {
        let limit = Duration.seconds(message.connection.settings.settings.reception.commitTimeoutSeconds)
        switch await learning.train(message, as: kind, limit: limit) {
        case .refused(let reply): return refuse(message, header, reply)
        case .taught(let count):
            message.content.abandon()
            let time = UTCTime.now()
            let reason = "taken for learning as \(kind.rawValue): \(count)"
            let entry = logEntry(
                message.transaction, message.connection, .accepted, reason: reason, header: header, sizeBytes: message.sizeBytes, at: time)
            let recipients = message.transaction.recipients.enumerated().map { ordinal, recipient in
                RecipientLogEntry(
                    ordinal: ordinal, address: recipient.address.description, state: .delivered, reason: reason, updatedAt: time)
            }
            refusals.record(entry, recipients: recipients)
            return .accept(text: "Taken for learning: \(count)")
        }
    }
}
