/// What stands right of the at sign: a name, or an address literal.
package enum MailboxDomain: Hashable, Sendable, CustomStringConvertible {
    case name(DomainName)
    case literal(AddressLiteral)

    /// Reads either form; a leading bracket means a literal.
    ///
    /// - Throws: `MailSyntaxError.domain` or `.addressLiteral`.
    package init(_ text: some StringProtocol) throws(MailSyntaxError) {
        if text.hasPrefix("[") {
            self = .literal(try AddressLiteral(text))
        } else {
            self = .name(try DomainName(text))
        }
    }

    /// The wire form: A-labels, or the literal with its brackets.
    package var description: String {
        switch self {
        case .name(let name): name.ascii
        case .literal(let literal): literal.description
        }
    }

    /// The name, nil for a literal.
    package var name: DomainName? {
        switch self {
        case .name(let name): name
        case .literal: nil
        }
    }
}
