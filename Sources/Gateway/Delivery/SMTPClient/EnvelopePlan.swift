import Mail
import SMTP

/// What a server's extensions mean for one message: which recipients can be asked for, with which parameters, and whether the content
/// must be converted first. Pure.
struct EnvelopePlan: Sendable, Hashable {
    enum Conversion: Sendable, Hashable {
        case none
        /// The server does not take octets above 127 (RFC 6152 section 3).
        case sevenBit
    }

    /// The envelope of the recipients that can be asked for; may be of none.
    private(set) var envelope: OutboundEnvelope
    /// Positions of those among the recipients given.
    private(set) var included: [Int] = []
    /// Why the others cannot.
    private(set) var refused: [Int: DeliveryReply] = [:]
    private(set) var conversion = Conversion.none

    /// - Parameters:
    ///   - contentBytes: size of what will be sent, prepended header included.
    ///   - isHeaderInternational: whether the header really holds octets above 127; looked at only when the message came by SMTPUTF8.
    init(
        _ message: QueuedMessage, _ recipients: [QueuedRecipient], capabilities: SMTPServerCapabilities, contentBytes: Int,
        isHeaderInternational: Bool
    ) {
        let extensions = capabilities.extensions
        envelope = OutboundEnvelope(reversePath: message.reversePath, parameters: MailParameters(), recipients: [])
        let needsUTF8 = (message.isInternational && isHeaderInternational) || message.reversePath.address?.isInternational == true
        if let reply = Self.refusal(of: contentBytes, by: capabilities) ?? Self.refusal(needsUTF8, extensions) {
            for position in recipients.indices { refused[position] = reply }
            return
        }
        include(recipients, extensions)
        setParameters(message, recipients, capabilities, contentBytes)
    }

    /// Whether the content must be looked at before a plan can be made.
    static func mustReadHeader(_ message: QueuedMessage, _ capabilities: SMTPServerCapabilities) -> Bool {
        message.isInternational && !capabilities.extensions.contains(.smtpUTF8)
    }

    private static func refusal(of contentBytes: Int, by capabilities: SMTPServerCapabilities) -> DeliveryReply? {
        guard case .octets(let limit) = capabilities.sizeLimit, contentBytes > limit else { return nil }
        return DeliveryReply(.messageTooBig, "the message of \(contentBytes) bytes exceeds the next hop's limit of \(limit) bytes")
    }

    private static func refusal(_ needsUTF8: Bool, _ extensions: SMTPExtensions) -> DeliveryReply? {
        guard needsUTF8, !extensions.contains(.smtpUTF8) else { return nil }
        return DeliveryReply(.internationalAddressRefused, "the message needs SMTPUTF8, which the next hop does not offer")
    }

    private mutating func include(_ recipients: [QueuedRecipient], _ extensions: SMTPExtensions) {
        envelope.recipients.reserveCapacity(recipients.count)
        included.reserveCapacity(recipients.count)
        for (position, recipient) in recipients.enumerated() {
            if let reply = Self.refusal(recipient.address.isInternational, extensions) {
                refused[position] = reply
                continue
            }
            var parameters = RecipientParameters()
            if extensions.contains(.deliveryStatusNotifications) {
                parameters.notify = recipient.notify
                parameters.originalRecipient = recipient.originalRecipient
            }
            envelope.recipients.append(OutboundEnvelope.Recipient(address: recipient.address, parameters: parameters))
            included.append(position)
        }
    }

    private mutating func setParameters(
        _ message: QueuedMessage, _ recipients: [QueuedRecipient], _ capabilities: SMTPServerCapabilities, _ contentBytes: Int
    ) {
        let extensions = capabilities.extensions
        if capabilities.sizeLimit != nil { envelope.parameters.size = contentBytes }
        envelope.parameters.isInternational =
            extensions.contains(.smtpUTF8) && (message.isInternational || envelope.recipients.contains { $0.address.isInternational })
        if extensions.contains(.deliveryStatusNotifications) {
            envelope.parameters.returnContent = message.returnContent
            envelope.parameters.envelopeIdentifier = message.envelopeIdentifier
        }
        switch message.body {
        case .sevenBit: break
        case .eightBitMIME:
            if extensions.contains(.eightBitMIME) { envelope.parameters.body = .eightBitMIME } else { conversion = .sevenBit }
        case .binaryMIME:
            // Sent after DATA it must be lines of text; binary parts become base64 (RFC 3030 section 3).
            conversion = .sevenBit
        }
    }

    /// The return address gets a mark (BATV).
    mutating func setReturnPath(_ address: EmailAddress) { envelope.reversePath = .address(address) }

    /// The content was converted: declares its new size.
    mutating func converted(toBytes count: Int) {
        if envelope.parameters.size != nil { envelope.parameters.size = count }
        envelope.parameters.body = nil
    }
}
