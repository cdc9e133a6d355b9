package import Mail

/// One command of a client, read and checked (RFC 5321 §4.1.1, and the extensions named at the cases).
package enum SMTPCommand: Sendable, Hashable {
    /// HELO.
    case hello(SMTPClientName)
    /// EHLO.
    case extendedHello(SMTPClientName)
    /// MAIL.
    case mail(ReversePath, MailParameters)
    /// RCPT.
    case recipient(ForwardPath, RecipientParameters)
    /// DATA.
    case data
    /// BDAT (RFC 3030): so many octets follow at once, whatever the reply will be.
    case binaryData(octets: Int, isLast: Bool)
    /// RSET.
    case reset
    /// NOOP; its argument means nothing.
    case noOperation
    /// QUIT.
    case quit
    /// VRFY with its argument.
    case verify(String)
    /// EXPN with its argument.
    case expand(String)
    /// HELP with its argument, if any.
    case help(String?)
    /// STARTTLS (RFC 3207).
    case startTLS
    /// AUTH (RFC 4954): the mechanism in upper case and the initial response, if any.
    case authenticate(mechanism: String, initialResponse: SMTPCredential?)
}

/// How a client names itself in HELO or EHLO (RFC 5321 §4.1.4). Nothing here is proven.
package enum SMTPClientName: Sendable, Hashable {
    /// A domain name.
    case domain(DomainName)
    /// An address in brackets.
    case addressLiteral(AddressLiteral)
    /// Something else, printable and without spaces: many real clients send `localhost.` or an address without brackets.
    case other(String)

    /// Octets of a name (RFC 5321 §4.5.3.1.2).
    static let maximumOctets = 255
}

extension SMTPClientName: CustomStringConvertible {
    /// The name as on the wire; printable.
    package var description: String {
        switch self {
        case .domain(let domain): domain.description
        case .addressLiteral(let literal): literal.description
        case .other(let text): text
        }
    }
}

/// Where a message shall go: the argument of RCPT.
package enum ForwardPath: Sendable, Hashable {
    /// An address.
    case address(EmailAddress)
    /// `<Postmaster>` without a domain: this server's postmaster (RFC 5321 §4.5.1).
    case postmaster
}

extension ForwardPath: CustomStringConvertible {
    /// The path as on the wire, without brackets.
    package var description: String {
        switch self {
        case .address(let address): address.description
        case .postmaster: "Postmaster"
        }
    }
}

/// The parameters of MAIL.
package struct MailParameters: Sendable, Hashable {
    /// What the content is made of: the parameter BODY.
    package enum Body: String, Sendable, Hashable, CaseIterable {
        /// Lines of ASCII.
        case sevenBit = "7BIT"
        /// Lines that may hold octets above 127 (RFC 6152).
        case eightBitMIME = "8BITMIME"
        /// Any octets; only with BDAT (RFC 3030).
        case binaryMIME = "BINARYMIME"
    }

    /// SIZE (RFC 1870): the message's octets as the client counts them; numbers too large for `Int` are `Int.max`.
    package var size: Int?
    /// BODY; nil when not given, which means 7BIT.
    package var body: Body?
    /// SMTPUTF8 (RFC 6531).
    package var isInternational = false
    /// RET (RFC 3461 §4.3).
    package var returnContent: ReturnContent?
    /// ENVID (RFC 3461 §4.4), decoded; printable ASCII, never empty.
    package var envelopeIdentifier: String?
    /// AUTH (RFC 4954 §5): who submitted the message first; `.null` for `AUTH=<>`.
    package var authenticatedSender: ReversePath?

    /// No parameters.
    package init() {}
}

/// The parameters of RCPT.
package struct RecipientParameters: Sendable, Hashable {
    /// NOTIFY; nil when not given, which means failure and perhaps delay (RFC 3461 §4.1).
    package var notify: DeliveryNotifyCondition?
    /// ORCPT.
    package var originalRecipient: OriginalRecipient?

    /// No parameters.
    package init() {}
}

/// Octets of an authentication exchange; says nothing of them when printed.
package struct SMTPCredential: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The decoded octets.
    package let octets: [UInt8]

    /// A credential of decoded octets.
    package init(octets: [UInt8]) {
        self.octets = octets
    }

    /// Reads one line of an authentication exchange: strict base64 (RFC 4648 §4); nil for anything else.
    package init?(base64 text: some Collection<UInt8>) {
        guard let decoded = Base64.decode(text) else { return nil }
        octets = decoded
    }

    /// The octets in base64, for the wire.
    package var base64: String { Base64.encode(octets) }

    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
