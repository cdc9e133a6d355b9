package import Mail

/// Why a line is no command that can be carried out; each case has its reply.
package enum SMTPCommandError: Error, Sendable, Hashable {
    /// No such command: 500 5.5.1.
    case unknownCommand
    /// A command that the server knows and does not offer: 502 5.5.1.
    case notOffered
    /// The line exceeds what its command may have: 500 5.5.2, AUTH 500 5.5.6.
    case lineTooLong(isAuthentication: Bool)
    /// The line holds a lone CR or LF, an octet 0 or another control character: 500 5.5.2.
    case forbiddenCharacter
    /// An argument stands where none may, is missing or has not the form of its command: 501 5.5.4.
    case invalidArguments(ofCommand: String)
    /// The name after HELO or EHLO is neither domain nor address literal: 501 5.5.4.
    case invalidClientName
    /// The path of MAIL: 501 5.1.7. The cause is nil when the brackets or the word FROM are missing.
    case invalidSender(MailSyntaxError?)
    /// The path of RCPT: 501 5.1.3. The cause is nil when the brackets or the word TO are missing.
    case invalidRecipient(MailSyntaxError?)
    /// A known parameter of MAIL or RCPT with a wrong value, or given twice: 501 5.5.4.
    case invalidParameter(String)
    /// A parameter that is unknown or not offered: 555 5.5.4.
    case unknownParameter
    /// An address outside ASCII without SMTPUTF8: 553 5.6.7 (RFC 6531 §3.5).
    case internationalAddressWithoutRequest
    /// The initial response of AUTH is no base64: 501 5.5.2 (RFC 4954 §4).
    case invalidCredential

    /// The reply to the client. It repeats nothing of what the client sent.
    package var reply: SMTPReply {
        switch self {
        case .unknownCommand: SMTPReply(500, .invalidCommand, "Command not recognized")
        case .notOffered: SMTPReply(502, .invalidCommand, "Command not implemented")
        case .lineTooLong(isAuthentication: false): SMTPReply(500, .syntaxError, "Line too long")
        case .lineTooLong(isAuthentication: true): SMTPReply(500, .authenticationLineTooLong, "Authentication exchange line too long")
        case .forbiddenCharacter: SMTPReply(500, .syntaxError, "Forbidden character in command line")
        case .invalidArguments(let command): SMTPReply(501, .invalidArguments, "Syntax error in arguments of \(command)")
        case .invalidClientName: SMTPReply(501, .invalidArguments, "Invalid domain or address literal")
        case .invalidSender(let cause): SMTPReply(501, .senderSyntax, Self.explanation("sender", cause))
        case .invalidRecipient(let cause): SMTPReply(501, .recipientSyntax, Self.explanation("recipient", cause))
        case .invalidParameter(let keyword): SMTPReply(501, .invalidArguments, "Invalid value of parameter \(keyword)")
        case .unknownParameter: SMTPReply(555, .invalidArguments, "Parameter not recognized or not implemented")
        case .internationalAddressWithoutRequest:
            SMTPReply(553, .internationalAddressRefused, "Address needs SMTPUTF8, which was not requested")
        case .invalidCredential: SMTPReply(501, .syntaxError, "Cannot decode base64")
        }
    }

    private static func explanation(_ role: String, _ cause: MailSyntaxError?) -> String {
        "Malformed \(role) address" + (cause.map { ": \($0)" } ?? "")
    }
}

extension SMTPLineFault {
    /// The error that a malformed line amounts to.
    package var error: SMTPCommandError {
        switch self {
        case .tooLong: .lineTooLong(isAuthentication: false)
        case .bareLineFeed, .bareCarriageReturn, .null: .forbiddenCharacter
        }
    }
}
