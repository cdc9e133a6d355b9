package import Mail
package import MessageLog
package import SMTP
package import Settings

/// A message that was answered 250, or made by the gateway, on its way to the next hop.
package struct QueuedMessage: Sendable, Hashable {
    /// Names its content file too.
    package let identifier: RecordIdentifier
    package let reversePath: ReversePath
    package let receivedAt: UTCTime
    package let direction: MailDirection
    /// Fields put in front of the stored content at delivery, each ended by CRLF; at most `maximumPrependedBytes`.
    package var prependedHeader: [UInt8]
    /// Size of the stored content, without `prependedHeader`.
    package let sizeBytes: Int
    package let body: BodyKind
    /// The client said SMTPUTF8 (RFC 6531): the header may hold UTF-8.
    package let isInternational: Bool
    /// RET and ENVID of RFC 3461.
    package let returnContent: ReturnContent?
    package let envelopeIdentifier: String?

    package static let maximumPrependedBytes = 16_000

    package enum BodyKind: String, Sendable, Hashable {
        case sevenBit = "7bit"
        case eightBitMIME = "8bitmime"
        case binaryMIME = "binarymime"
    }

    package init(
        identifier: RecordIdentifier, reversePath: ReversePath, receivedAt: UTCTime, direction: MailDirection, prependedHeader: [UInt8],
        sizeBytes: Int, body: BodyKind, isInternational: Bool, returnContent: ReturnContent?, envelopeIdentifier: String?
    ) {
        self.identifier = identifier
        self.reversePath = reversePath
        self.receivedAt = receivedAt
        self.direction = direction
        self.prependedHeader = prependedHeader
        self.sizeBytes = sizeBytes
        self.body = body
        self.isInternational = isInternational
        self.returnContent = returnContent
        self.envelopeIdentifier = envelopeIdentifier
    }
}

/// One recipient of a queued message; one row of the queue.
package struct QueuedRecipient: Sendable, Hashable {
    /// Position within the message, from 0.
    package let ordinal: Int
    package let address: EmailAddress
    /// NOTIFY and ORCPT of RFC 3461; `nil` as the client left them out.
    package let notify: DeliveryNotifyCondition?
    package let originalRecipient: OriginalRecipient?
    /// The alias the message was accepted for, for the log; `nil` when it was accepted for `address`, or is already logged.
    package let alias: EmailAddress?
    /// How often the row was taken and came back: attempts, and leases given back. Tells one lease from the next; nothing is
    /// decided by how large it is.
    package var attempts: Int
    package var isDelayReported: Bool
    /// When it came into the queue, where that is not when the message was received: released from quarantine. How long it is tried
    /// counts from then.
    package let queuedAt: UTCTime?

    package init(
        ordinal: Int, address: EmailAddress, notify: DeliveryNotifyCondition?, originalRecipient: OriginalRecipient?,
        alias: EmailAddress? = nil, attempts: Int = 0, isDelayReported: Bool = false, queuedAt: UTCTime? = nil
    ) {
        self.ordinal = ordinal
        self.address = address
        self.notify = notify
        self.originalRecipient = originalRecipient
        self.alias = alias
        self.attempts = attempts
        self.isDelayReported = isDelayReported
        self.queuedAt = queuedAt
    }
}

/// Rows of the queue that this node's incarnation holds: nobody else may deliver them until it is declared dead or gives them back.
package struct DeliveryLease: Sendable, Hashable {
    package let message: QueuedMessage
    package let recipients: [QueuedRecipient]
    /// No other row refers to the message's content: the message was accepted just now, and these are all its recipients.
    let isWhole: Bool

    package init(message: QueuedMessage, recipients: [QueuedRecipient]) {
        self.init(message: message, recipients: recipients, isWhole: false)
    }

    init(message: QueuedMessage, recipients: [QueuedRecipient], isWhole: Bool) {
        self.message = message
        self.recipients = recipients
        self.isWhole = isWhole
    }
}

/// What is written, in one transaction, when a message is accepted: message, recipients, queue rows and log.
package struct QueueSubmission: Sendable, Hashable {
    package let message: QueuedMessage
    package let recipients: [QueuedRecipient]
    package let log: MessageLogEntry
    /// Recipients of the same transaction that were refused; logged only. Their ordinals follow those of `recipients`.
    package let refused: [RecipientLogEntry]
    /// The rows are held by this incarnation from the start (fast path); else they are free and due at once.
    package let isHeld: Bool

    package init(message: QueuedMessage, recipients: [QueuedRecipient], log: MessageLogEntry, refused: [RecipientLogEntry], isHeld: Bool) {
        self.message = message
        self.recipients = recipients
        self.log = log
        self.refused = refused
        self.isHeld = isHeld
    }
}
