/// An enhanced mail system status code: class, subject and detail (RFC 3463, registry of RFC 5248).
package struct EnhancedStatusCode: Sendable, Hashable {
    /// What the first number says.
    package enum Category: UInt8, Sendable, Hashable {
        case success = 2
        case persistentTransientFailure = 4
        case permanentFailure = 5
    }

    /// The first number.
    package var category: Category
    /// The second number, 0 to 999.
    package let subject: UInt16
    /// The third number, 0 to 999.
    package let detail: UInt16

    private static let largestNumber: UInt16 = 999

    /// A code from its numbers; numbers above 999 are a programmer's error.
    package init(_ category: Category, _ subject: UInt16, _ detail: UInt16) {
        precondition(subject <= Self.largestNumber && detail <= Self.largestNumber)
        self.category = category
        self.subject = subject
        self.detail = detail
    }

    /// Reads `5.1.1`; nil for every other form: other classes, leading zeros, more than three digits, anything around it.
    package init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let first = Self.number(parts[0]), let category = Category(rawValue: UInt8(truncatingIfNeeded: first)),
            first <= 9, let subject = Self.number(parts[1]), let detail = Self.number(parts[2])
        else { return nil }
        self.init(category, subject, detail)
    }

    private static func number(_ digits: some Collection<UInt8>) -> UInt16? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var value: UInt16 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + UInt16(digit - UInt8(ascii: "0"))
        }
        return value
    }
}

extension EnhancedStatusCode: CustomStringConvertible {
    /// The three numbers with dots.
    package var description: String { "\(category.rawValue).\(subject).\(detail)" }
}

extension EnhancedStatusCode {
    /// 2.0.0: success without more to say.
    package static let success = EnhancedStatusCode(.success, 0, 0)
    /// 2.1.0: the sender is acceptable.
    package static let senderValid = EnhancedStatusCode(.success, 1, 0)
    /// 2.1.5: the recipient is acceptable.
    package static let recipientValid = EnhancedStatusCode(.success, 1, 5)
    /// 2.6.0: the content was accepted.
    package static let contentAccepted = EnhancedStatusCode(.success, 6, 0)
    /// 2.7.0: authentication or another security step succeeded.
    package static let securitySuccess = EnhancedStatusCode(.success, 7, 0)
    /// 5.1.1: no such mailbox.
    package static let noSuchMailbox = EnhancedStatusCode(.permanentFailure, 1, 1)
    /// 5.1.2: no such destination system.
    package static let noSuchDomain = EnhancedStatusCode(.permanentFailure, 1, 2)
    /// 5.1.3: the recipient's address is malformed.
    package static let recipientSyntax = EnhancedStatusCode(.permanentFailure, 1, 3)
    /// 5.1.7: the sender's address is malformed.
    package static let senderSyntax = EnhancedStatusCode(.permanentFailure, 1, 7)
    /// 5.1.10: the recipient's domain has a null MX (RFC 7505).
    package static let recipientNullMX = EnhancedStatusCode(.permanentFailure, 1, 10)
    /// 5.3.4: the message is too big for this system.
    package static let messageTooBig = EnhancedStatusCode(.permanentFailure, 3, 4)
    /// 4.3.0: this system has a problem of its own.
    package static let systemTemporary = EnhancedStatusCode(.persistentTransientFailure, 3, 0)
    /// 4.3.2: this system is not taking messages now.
    package static let systemNotAccepting = EnhancedStatusCode(.persistentTransientFailure, 3, 2)
    /// 4.4.1: the host did not answer.
    package static let noAnswer = EnhancedStatusCode(.persistentTransientFailure, 4, 1)
    /// 4.4.2: the connection broke.
    package static let badConnection = EnhancedStatusCode(.persistentTransientFailure, 4, 2)
    /// 4.4.3: the directory (DNS) failed.
    package static let directoryFailure = EnhancedStatusCode(.persistentTransientFailure, 4, 3)
    /// 5.4.4: no route to the domain.
    package static let noRoute = EnhancedStatusCode(.permanentFailure, 4, 4)
    /// 5.4.6: a routing loop.
    package static let routingLoop = EnhancedStatusCode(.permanentFailure, 4, 6)
    /// 4.4.7: delivery took too long; as 5.4.7 the message is given up.
    package static let deliveryTimeExpired = EnhancedStatusCode(.permanentFailure, 4, 7)
    /// 5.5.0: an SMTP protocol error.
    package static let protocolError = EnhancedStatusCode(.permanentFailure, 5, 0)
    /// 5.5.1: an invalid command, or one out of order.
    package static let invalidCommand = EnhancedStatusCode(.permanentFailure, 5, 1)
    /// 5.5.2: a syntax error.
    package static let syntaxError = EnhancedStatusCode(.permanentFailure, 5, 2)
    /// 4.5.3: too many recipients for one message.
    package static let tooManyRecipients = EnhancedStatusCode(.persistentTransientFailure, 5, 3)
    /// 5.5.4: invalid arguments.
    package static let invalidArguments = EnhancedStatusCode(.permanentFailure, 5, 4)
    /// 5.5.6: a line of the authentication exchange is too long (RFC 4954).
    package static let authenticationLineTooLong = EnhancedStatusCode(.permanentFailure, 5, 6)
    /// 5.6.0: the content is malformed.
    package static let contentError = EnhancedStatusCode(.permanentFailure, 6, 0)
    /// 5.6.3: a conversion of the content would be needed and is not possible.
    package static let conversionNotSupported = EnhancedStatusCode(.permanentFailure, 6, 3)
    /// 5.6.7: an international address, and SMTPUTF8 was not asked for (RFC 6531).
    package static let internationalAddressRefused = EnhancedStatusCode(.permanentFailure, 6, 7)
    /// 5.7.0: refused for security reasons.
    package static let securityFailure = EnhancedStatusCode(.permanentFailure, 7, 0)
    /// 5.7.1: delivery is not authorised.
    package static let notAuthorized = EnhancedStatusCode(.permanentFailure, 7, 1)
    /// 5.7.8: the credentials are invalid (RFC 4954).
    package static let credentialsInvalid = EnhancedStatusCode(.permanentFailure, 7, 8)
}
