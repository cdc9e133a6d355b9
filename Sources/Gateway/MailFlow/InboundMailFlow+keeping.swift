import Delivery
import DomainsAndUsers
import Filtering
import Mail
import MessageLog
import Quarantine
import Reception
import SharedFolders

/// What is added to a message that will be accepted, and where it is kept.
extension InboundMailFlow {
    /// Our own mail to others gets its domain's footer; `nil` when that is not possible at present.
    func disclaimed(_ message: ReceivedMessage, limit: Duration) async -> ReceivedMessage? {
        guard let composer = DisclaimerAdding.composer(message), acceptance(message.connection).isTrusted(message.connection),
            direction(message.transaction, message.connection) == .outbound
        else { return message }
        return await disclaimers.apply(composer, to: message, limit: limit)
    }

    /// Of our own mail only: that of users and of trusted networks.
    func signatures(_ message: ReceivedMessage, limit: Duration) async -> OutboundSigning.Outcome {
        guard acceptance(message.connection).isTrusted(message.connection) else { return .signed([]) }
        return await signing.sign(message, limit: limit)
    }

    /// Mail from outside that its recipients' domains want sealed; `nil` when that is not possible at present.
    func sealed(
        _ accepted: AcceptedMessage, _ message: ReceivedMessage, _ judged: FlowFilter.Outcome?, limit: Duration
    ) async -> AcceptedMessage? {
        guard let judged, judged.sealing != nil, accepted.message.direction == .inbound,
            !acceptance(message.connection).isTrusted(message.connection)
        else { return accepted }
        switch await sealing.seal(accepted.message, of: message, judged, limit: limit) {
        case .sealed(let fields): return accepted.with(prepended: fields)
        case .postponed: return nil
        }
    }

    /// Into the queue, or into quarantine.
    func keep(
        _ accepted: AcceptedMessage, _ mark: FlowFilter.Mark?, keptOrdinals: Set<Int>?, _ content: MessageContent, deadline: Duration
    ) async throws(DeliveryQueueError) {
        guard let quarantine, let mark else {
            return try await queue.submit(accepted, content: content, deadline: deadline)
        }
        let submission = QueueSubmission(
            message: accepted.message, recipients: accepted.recipients, log: accepted.log, refused: accepted.refused, isHeld: false)
        try await quarantine.quarantine(
            QuarantineSubmission(
                submission: submission, kind: mark.kind, reason: mark.reason, score: mark.score, keptOrdinals: keptOrdinals),
            deadline: deadline)
    }
}
