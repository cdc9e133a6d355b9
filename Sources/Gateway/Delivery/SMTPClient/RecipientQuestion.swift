import Mail
import NIOCore
import SMTP

/// A question about one recipient on the client's side: MAIL and RCPT, and never DATA. Pure.
struct RecipientQuestion {
    enum Step {
        case wait
        case send(ByteBuffer)
        case done(RecipientAnswer)
    }

    private enum Phase {
        case sender, recipient
    }

    private let sender: ReversePath
    private let recipient: EmailAddress
    /// An address needs SMTPUTF8, which the server has said to know.
    private let isInternational: Bool
    private var isPipelined = false
    private var phase = Phase.sender

    init(sender: ReversePath, recipient: EmailAddress, isInternational: Bool) {
        self.sender = sender
        self.recipient = recipient
        self.isInternational = isInternational
    }

    /// MAIL, and RCPT with it when commands may be grouped (RFC 2920).
    mutating func firstCommands(isPipelined: Bool) -> ByteBuffer {
        self.isPipelined = isPipelined
        var parameters = MailParameters()
        parameters.isInternational = isInternational
        var buffer = Self.buffer(.mail(sender, parameters))
        if isPipelined { buffer.writeImmutableBuffer(recipientCommand) }
        return buffer
    }

    mutating func take(_ reply: SMTPReply) -> Step {
        switch phase {
        case .sender:
            // What is said of our sender, or of us, says nothing about the recipient.
            guard reply.category == .completion else { return .done(.senderRefused(DeliveryReply(reply))) }
            phase = .recipient
            return isPipelined ? .wait : .send(recipientCommand)
        case .recipient: return .done(.said(of: reply))
        }
    }

    private var recipientCommand: ByteBuffer { Self.buffer(.recipient(.address(recipient), RecipientParameters())) }

    private static func buffer(_ command: SMTPCommand) -> ByteBuffer {
        var buffer = ByteBuffer()
        command.write(into: &buffer)
        return buffer
    }
}

/// What a mail server says of a recipient.
enum RecipientAnswer: Sendable, Hashable {
    case accepted(DeliveryReply)
    case refused(DeliveryReply)
    /// Nothing that could be taken for a statement on the recipient.
    case undecided(DeliveryReply)
    /// MAIL was not accepted, so that nothing was said of the recipient.
    case senderRefused(DeliveryReply)

    /// To a server without SMTPUTF8 the address cannot be said, and no message to it delivered (RFC 6531 section 3.2).
    static let cannotBeWritten = RecipientAnswer.refused(
        DeliveryReply(.internationalAddressRefused, "the server takes no international addresses (SMTPUTF8)"))

    /// The reply to RCPT.
    static func said(of reply: SMTPReply) -> RecipientAnswer {
        switch reply.category {
        case .completion: .accepted(DeliveryReply(reply))
        case .permanentFailure where !isAboutTheSession(reply): .refused(DeliveryReply(reply))
        case .permanentFailure, .intermediate, .transientFailure: .undecided(DeliveryReply(reply))
        }
    }

    /// Commands not understood or out of order (500 to 504), sign-in or encryption wanted (530, 535, 538), too many recipients
    /// (552, RFC 5321 section 4.5.3.1.10), unknown parameters (555).
    private static func isAboutTheSession(_ reply: SMTPReply) -> Bool {
        switch reply.code {
        case 500...504, 530, 535, 538, 552, 555: true
        default: false
        }
    }
}
