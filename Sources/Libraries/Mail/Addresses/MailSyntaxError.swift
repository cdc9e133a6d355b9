/// Why a text of the mail standards was refused: the one error of this module.
///
/// Every case is permanent: the same text is refused again. `description` names the rule that was broken and never repeats the
/// text itself, so it may be logged.
package enum MailSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    case domain(DomainFault)
    case localPart(LocalPartFault)
    case addressLiteral
    case missingAtSign
    /// Longer than the 254 octets that fit between the angle brackets of a path (RFC 5321 §4.5.3.1.3).
    case addressTooLong
    case sourceRoute
    case notUTF8
    case date

    package enum DomainFault: String, Hashable, Sendable {
        case empty, tooLong, emptyLabel, labelTooLong, hyphenAtEdge, invalidCharacter, numericTopLevel, invalidPunycode
    }

    package enum LocalPartFault: String, Hashable, Sendable {
        case empty, tooLong, invalidCharacter, unterminatedQuote
    }

    package var description: String {
        switch self {
        case .domain(let fault): "domain: \(fault.rawValue)"
        case .localPart(let fault): "local part: \(fault.rawValue)"
        case .addressLiteral: "not an IPv4 or IPv6 address literal"
        case .missingAtSign: "no at sign between local part and domain"
        case .addressTooLong: "address longer than 254 octets"
        case .sourceRoute: "malformed source route"
        case .notUTF8: "not valid UTF-8"
        case .date: "not a date of RFC 5322"
        }
    }
}
