import Mail
import NIOCore
import SMTP

/// One mail transaction on the client's side: which reply belongs to which command, and what it means for each recipient. Pure.
struct ClientTransaction {
    enum Phase: Equatable {
        case reset, mail, recipient, data, content, final
        /// DATA was sent with the envelope and accepted though no recipient was: an empty message ends it (RFC 2920 section 3.1).
        case emptyContent
    }

    enum Step {
        case wait
        case send(ByteBuffer)
        case content
        /// The transaction is over and the connection can go on; `mustReset`: the server may hold an open transaction.
        case done(TransactionResult, mustReset: Bool)
        /// Client and server no longer agree where they are.
        case broken(TransactionResult)
    }

    private let envelope: OutboundEnvelope
    private let isPipelined: Bool
    private var refusalOfSender: SMTPReply?
    private var recipientReplies: [SMTPReply] = []
    private(set) var isAnswered = false
    var phase: Phase

    init(_ envelope: OutboundEnvelope, mustReset: Bool, isPipelined: Bool) {
        self.envelope = envelope
        self.isPipelined = isPipelined
        phase = mustReset ? .reset : .mail
        recipientReplies.reserveCapacity(envelope.recipients.count)
    }

    /// The whole envelope when commands may be grouped, else its first command.
    func firstCommands() -> ByteBuffer {
        var buffer = ByteBuffer()
        if phase == .reset { SMTPCommand.reset.write(into: &buffer) }
        guard isPipelined || phase == .mail else { return buffer }
        mailCommand.write(into: &buffer)
        guard isPipelined else { return buffer }
        for recipient in envelope.recipients { Self.command(recipient).write(into: &buffer) }
        SMTPCommand.data.write(into: &buffer)
        return buffer
    }

    mutating func take(_ reply: SMTPReply) -> Step {
        isAnswered = true
        switch phase {
        case .reset: return resetAnswered(reply)
        case .mail: return mailAnswered(reply)
        case .recipient: return recipientAnswered(reply)
        case .data: return dataAnswered(reply)
        case .content:
            // The server gave up before the end: its word counts, but the connection is out of step.
            return .broken(result(forAccepted: .refusal(by: reply), isConnectionLost: true))
        case .emptyContent: return .done(result(forAccepted: .refusal(by: reply)), mustReset: false)
        case .final:
            guard reply.category != .intermediate else { return .broken(result(lost: "an impossible reply (\(reply))")) }
            let outcome = reply.category == .completion ? DeliveryOutcome.delivered(DeliveryReply(reply)) : .refusal(by: reply)
            return .done(result(forAccepted: outcome), mustReset: false)
        }
    }

    /// One outcome for each recipient; those the server has accepted, or not yet answered, get `outcome`.
    func result(forAccepted outcome: DeliveryOutcome, isConnectionLost: Bool = false) -> TransactionResult {
        let outcomes = envelope.recipients.indices.map { index -> DeliveryOutcome in
            if let refusalOfSender { return .refusal(by: refusalOfSender) }
            guard index < recipientReplies.count, recipientReplies[index].category != .completion else { return outcome }
            return Self.refusalOfRecipient(by: recipientReplies[index])
        }
        return TransactionResult(outcomes: outcomes, isUnanswered: false, isConnectionLost: isConnectionLost)
    }

    /// After the connection broke. Behind the final dot nobody knows what became of the message: it is tried again (RFC 1047).
    func result(lost cause: String, isAnswered: Bool? = nil) -> TransactionResult {
        let text = phase == .final ? "\(cause) after the end of the message, before the reply to it" : cause
        var result = result(forAccepted: .deferred(DeliveryReply(.badConnection, text)), isConnectionLost: true)
        result.isUnanswered = !(isAnswered ?? self.isAnswered)
        return result
    }

    func resultOfAbandoning() -> TransactionResult {
        if phase == .final { return result(lost: "this node stopped waiting") }
        return result(forAccepted: .givenBack, isConnectionLost: true)
    }
}

extension ClientTransaction {
    private var mailCommand: SMTPCommand { .mail(envelope.reversePath, envelope.parameters) }

    private static func command(_ recipient: OutboundEnvelope.Recipient) -> SMTPCommand {
        .recipient(.address(recipient.address), recipient.parameters)
    }

    private static func buffer(_ command: SMTPCommand) -> ByteBuffer {
        var buffer = ByteBuffer()
        command.write(into: &buffer)
        return buffer
    }

    /// 552 at RCPT was the reply for too many recipients before RFC 2821, and still means "later" (RFC 5321 section 4.5.3.1.10).
    private static func refusalOfRecipient(by reply: SMTPReply) -> DeliveryOutcome {
        guard reply.code == 552 else { return .refusal(by: reply) }
        return .deferred(DeliveryReply(reply))
    }

    private var isAnyAccepted: Bool { refusalOfSender == nil && recipientReplies.contains { $0.category == .completion } }

    private mutating func resetAnswered(_ reply: SMTPReply) -> Step {
        guard reply.category == .completion else { return .broken(result(lost: "RSET was refused (\(reply))")) }
        phase = .mail
        return isPipelined ? .wait : .send(Self.buffer(mailCommand))
    }

    private mutating func mailAnswered(_ reply: SMTPReply) -> Step {
        phase = .recipient
        if reply.category != .completion {
            refusalOfSender = reply
            if !isPipelined { return .done(result(forAccepted: .givenBack), mustReset: false) }
        }
        if isPipelined { return .wait }
        return envelope.recipients.first.map { .send(Self.buffer(Self.command($0))) }
            ?? .done(result(forAccepted: .givenBack), mustReset: true)
    }

    private mutating func recipientAnswered(_ reply: SMTPReply) -> Step {
        recipientReplies.append(reply)
        if recipientReplies.count < envelope.recipients.count {
            return isPipelined ? .wait : .send(Self.buffer(Self.command(envelope.recipients[recipientReplies.count])))
        }
        phase = .data
        if isPipelined { return .wait }
        return isAnyAccepted ? .send(Self.buffer(.data)) : .done(result(forAccepted: .givenBack), mustReset: true)
    }

    private mutating func dataAnswered(_ reply: SMTPReply) -> Step {
        switch reply.category {
        case .intermediate:
            guard isAnyAccepted else {
                phase = .emptyContent
                return .send(ByteBuffer(string: ".\r\n"))
            }
            phase = .content
            return .content
        case .completion: return .broken(result(lost: "an impossible reply to DATA (\(reply))"))
        case .transientFailure, .permanentFailure: return .done(result(forAccepted: .refusal(by: reply)), mustReset: true)
        }
    }
}
