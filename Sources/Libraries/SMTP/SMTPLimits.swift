/// Lengths that the standards set, in octets with CRLF unless said otherwise.
package enum SMTPLimits {
    /// A command line without extensions (RFC 5321 §4.5.3.1.4).
    package static let commandLine = 512
    /// A reply line (RFC 5321 §4.5.3.1.5).
    package static let replyLine = 512
    /// A line of message text (RFC 5321 §4.5.3.1.6).
    package static let textLine = 1_000
    /// An AUTH command and each line of its exchange (RFC 4954 §4).
    package static let authenticationLine = 12_288
    /// The longest line any command may have; what a receiver must be able to take.
    package static let longestCommandLine = authenticationLine

    /// MAIL with SIZE (26, RFC 1870 §3), BODY (17, RFC 6152 §2, 3 more for BINARYMIME), SMTPUTF8 (10, RFC 6531 §3.1),
    /// AUTH (500, RFC 4954 §3), RET (9) and ENVID (107, RFC 3461 §4.4).
    package static let mailLine = commandLine + 26 + 20 + 10 + 500 + 9 + 107
    /// RCPT with NOTIFY (29) and ORCPT (507, RFC 3461 §4.2).
    package static let recipientLine = commandLine + 29 + 507
    /// VRFY and EXPN with SMTPUTF8 (10, RFC 6531 §3.7.4.2).
    package static let verifyLine = commandLine + 10

    /// An ENVID value, encoded (RFC 3461 §4.4).
    package static let envelopeIdentifier = 100
    /// An ORCPT value, encoded, address type included (RFC 3461 §4.2).
    package static let originalRecipient = 500
    /// A SASL mechanism's name (RFC 4422 §3.1).
    package static let mechanismName = 20
    /// Digits of a SIZE value (RFC 1870 §3) and, by the same measure, of a chunk's.
    package static let sizeDigits = 20
}
