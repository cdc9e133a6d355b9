import Mail
import SMTP
import Settings

/// The commands of one transaction as they go to one server.
struct OutboundEnvelope: Sendable, Hashable {
    var reversePath: ReversePath
    var parameters: MailParameters
    var recipients: [Recipient]

    struct Recipient: Sendable, Hashable {
        var address: EmailAddress
        var parameters: RecipientParameters
    }
}

/// What came of one transaction.
struct TransactionResult: Sendable, Hashable {
    /// One for each recipient of the envelope, in its order.
    var outcomes: [DeliveryOutcome]
    /// The connection ended before the server answered anything in this transaction. On a connection that was used before it
    /// only means that the server had closed it: the message may go over a new one at once.
    var isUnanswered: Bool
    /// The connection broke or was closed by a 421.
    var isConnectionLost: Bool
    /// The dialogue; `nil` when none is kept.
    var transcript: RecordIdentifier?
}

/// Why a connection never became ready for a transaction.
struct SessionFailure: Error, Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// No connection, or none with a usable greeting.
        case unreachable
        /// TLS could not be had or failed.
        case security
        /// The next hop is this gateway.
        case loop
        /// This node broke it off.
        case aborted
    }

    let kind: Kind
    var reply: DeliveryReply
}
