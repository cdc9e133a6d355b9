import SMTP

/// The replies that a session gives by itself. They tell nothing of the inside.
extension SMTPReply {
    // MARK: Done

    static let resetDone = SMTPReply(250, .success, "Reset")
    static let nothingDone = SMTPReply(250, .success, "OK")
    static let goodbye = SMTPReply(221, .success, "Bye")
    static let notVerified = SMTPReply(252, .success, "Cannot verify, but will take a message and try to deliver it")
    static let help = SMTPReply(214, .success, "See RFC 5321")
    static let readyForTLS = SMTPReply(220, .success, "Ready to start TLS")
    static let sendText = SMTPReply(354, nil, "End the message with <CR><LF>.<CR><LF>")
    static func senderAccepted(_ text: String?) -> SMTPReply { SMTPReply(250, .senderValid, text ?? "Sender OK") }
    static func recipientAccepted(_ text: String?) -> SMTPReply { SMTPReply(250, .recipientValid, text ?? "Recipient OK") }
    static func messageAccepted(_ text: String?) -> SMTPReply { SMTPReply(250, .success, text ?? "Message accepted") }
    static func chunkAccepted(octets: Int) -> SMTPReply { SMTPReply(250, .success, "\(octets) octets received") }

    // MARK: Wrong commands

    static let helloFirst = SMTPReply(503, .invalidCommand, "Send HELO or EHLO first")
    static let mailFirst = SMTPReply(503, .invalidCommand, "Send MAIL first")
    static let recipientFirst = SMTPReply(503, .invalidCommand, "Send RCPT first")
    static let noValidRecipients = SMTPReply(554, .invalidCommand, "No valid recipients")
    static let nestedMail = SMTPReply(503, .invalidCommand, "A transaction has begun already")
    static let chunksHaveBegun = SMTPReply(503, .invalidCommand, "Continue with BDAT or send RSET")
    static let chunkingNotOffered = SMTPReply(503, .invalidCommand, "BDAT needs EHLO")
    static let alreadyTLS = SMTPReply(503, .invalidCommand, "TLS is active already")
    static let noExpansion = SMTPReply(502, .invalidCommand, "Lists are not expanded")
    static let tlsFirst = SMTPReply(530, .securityFailure, "Send STARTTLS first")
    static let internationalAddress = SMTPReply(553, .internationalAddressRefused, "Address needs SMTPUTF8, which was not requested")
    static let noPostmaster = SMTPReply(550, .noSuchMailbox, "No postmaster here without a domain")
    static let tooManyRecipients = SMTPReply(452, .tooManyRecipients, "Too many recipients")

    // MARK: Refused content

    static let messageTooBig = SMTPReply(552, .messageTooBig, "Message too big")
    static let headerTooBig = SMTPReply(552, .messageTooBig, "Message header too big")
    static let bareLineEnd = SMTPReply(550, EnhancedStatusCode(.permanentFailure, 6, 11), "Message has a CR or LF that stands alone")
    static let textLineTooLong = SMTPReply(550, .contentError, "Message has a line that is too long")
    static let mailLoop = SMTPReply(554, .routingLoop, "Too many Received fields; this looks like a mail loop")
    static let storageFailed = SMTPReply(451, .systemTemporary, "Message cannot be stored now; try again later")

    // MARK: The end of the session

    static let spokeTooEarly = SMTPReply(554, .protocolError, "Protocol error: you spoke before the greeting")
    static let outOfStep = SMTPReply(554, .protocolError, "Protocol error: wait for the reply before you go on")
    static let notHTTP = SMTPReply(554, .protocolError, "This is not a web server")
    static let tooManyErrors = SMTPReply(421, securityPolicy, "Too many errors")
    static let tooManyIdleCommands = SMTPReply(421, securityPolicy, "Too many commands without mail")
    static let tooManyMessages = SMTPReply(421, securityPolicy, "Too many messages in one session; connect again")
    static let tooManySessionsOfAddress = SMTPReply(421, securityPolicy, "Too many sessions from your address")
    static let tooManySessions = SMTPReply(421, .systemNotAccepting, "Too many sessions; try again later")
    static let shuttingDown = SMTPReply(421, .systemNotAccepting, "Service is shutting down")
    static let timeout = SMTPReply(421, .badConnection, "Timeout")
    static let noAnswer = SMTPReply(421, .systemTemporary, "Processing took too long; try again later")

    /// 4.7.0: refused for now for security reasons.
    private static let securityPolicy = EnhancedStatusCode(.persistentTransientFailure, 7, 0)
}
