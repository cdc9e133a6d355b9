import Cluster
import Delivery
import Mail
import MessageLog
import NIOCore
import Reception
import SMTP
import Settings
import SharedFolders
import UserVerification

/// What the flow tells the message log.
extension InboundMailFlow {
    /// Recipients logged of a transaction that brought no message.
    private static let loggedWithoutMessage = 20

    /// A session or a sender that was turned away before any recipient was named.
    func logRefusal(
        _ reversePath: ReversePath, _ parameters: MailParameters, _ connection: ClientConnection, _ reply: SMTPReply
    ) {
        let now = UTCTime.now()
        let transaction = MailTransaction(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), startedAt: now, reversePath: reversePath, parameters: parameters)
        let result: MessageResult = reply.category == .permanentFailure ? .refused : .postponed
        let judgement = filter?.judgementSoFar(connection)
        log(transaction, connection, result, reason: reply.description, header: .none, sizeBytes: 0, judgement: judgement)
    }

    func refuse(
        _ message: ReceivedMessage, _ header: MessageLogHeader, _ reply: SMTPReply, _ judgement: MessageJudgement? = nil
    ) -> ReceptionDecision {
        message.content.abandon()
        let result: MessageResult = reply.category == .permanentFailure ? .refused : .postponed
        log(
            message.transaction, message.connection, result, reason: reply.description, header: header, sizeBytes: message.sizeBytes,
            judgement: judgement)
        return .refuse(reply)
    }

    func postpone(_ message: ReceivedMessage, _ header: MessageLogHeader, _ reply: SMTPReply) -> ReceptionDecision {
        log(message.transaction, message.connection, .postponed, reason: reply.description, header: header, sizeBytes: message.sizeBytes)
        return .refuse(reply)
    }

    /// A row of its own, since the transaction's identifier may yet turn up with an unknown outcome.
    func log(
        _ transaction: MailTransaction, _ connection: ClientConnection, _ result: MessageResult, reason: String, header: MessageLogHeader,
        sizeBytes: Int, judgement: MessageJudgement? = nil
    ) {
        let time = UTCTime.now()
        let state: RecipientState = result == .refused ? .refused : .failed
        // Whoever sends no message does not fill the log: a few of his recipients show what he tried.
        let accepted = transaction.recipients.prefix(header == .none ? Self.loggedWithoutMessage : .max).enumerated().map {
            ordinal, recipient in
            RecipientLogEntry(ordinal: ordinal, address: recipient.address.description, state: state, reason: reason, updatedAt: time)
        }
        var entry = logEntry(transaction, connection, result, reason: reason, header: header, sizeBytes: sizeBytes, at: time)
        entry.judgement = judgement
        let refused = Self.refusedEntries(
            transaction, VerificationNotes.of(transaction, connection), firstOrdinal: accepted.count, at: time)
        refusals.record(entry, recipients: accepted + refused)
    }

    func logEntry(
        _ transaction: MailTransaction, _ connection: ClientConnection, _ result: MessageResult, reason: String, header: MessageLogHeader,
        sizeBytes: Int, at time: UTCTime
    ) -> MessageLogEntry {
        let client = MessageLogClient(
            address: connection.address.description, heloName: connection.heloName,
            protocolName: HeaderStamp.protocolName(transaction, connection), tls: connection.tls ?? "",
            user: connection.user?.address.description ?? "")
        let identifier =
            result == .accepted || result == .quarantined ? transaction.identifier : RecordIdentifier(milliseconds: time.milliseconds)
        var entry = MessageLogEntry(
            message: identifier, receivedAt: time, node: node, direction: direction(transaction, connection), result: result,
            reason: reason, client: client, reversePath: transaction.reversePath.description, header: header, sizeBytes: sizeBytes)
        entry.transcript = connection.transcript
        return entry
    }

    static func refusedEntries(
        _ transaction: MailTransaction, _ notes: VerificationNotes, firstOrdinal: Int, at time: UTCTime
    ) -> [RecipientLogEntry] {
        transaction.refused.enumerated().map { position, refused in
            RecipientLogEntry(
                ordinal: firstOrdinal + position, address: refused.recipient.address.description, state: .refused,
                reason: notes.refusal(of: refused.recipient, refused.reply), updatedAt: time)
        }
    }

    static func logHeader(_ buffer: ByteBuffer) -> MessageLogHeader {
        let header = MessageHeader.read(from: Array(buffer.readableBytesView))
        return MessageLogHeader(
            subject: header.subject ?? "", from: header.first("From")?.text ?? "", messageID: header.messageID ?? "")
    }
}
