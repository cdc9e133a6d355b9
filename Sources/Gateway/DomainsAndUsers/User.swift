package import Mail
package import Settings

/// Someone with a mailbox in a protected domain. He signs in to SMTP with his address and his password; mail to one of his aliases is
/// delivered to his address.
package struct User: Sendable, Hashable {
    package let identifier: RecordIdentifier
    /// His mailbox and sign-in name, found without regard to case; in a protected domain.
    package let address: EmailAddress
    /// At most `maximumNameBytes`.
    package var displayName: String
    /// Without it he cannot sign in, and neither his address nor his aliases count as known.
    package var isEnabled: Bool
    /// Whether a password is set; without one he cannot sign in.
    package let hasPassword: Bool
    /// Further addresses in protected domains, at most `maximumAliases`. None is a user's own address.
    package var aliases: [EmailAddress]
    package let createdAt: UTCTime
    /// Of his own pages; `nil` until he chooses one.
    package var language: Language?

    package static let maximumNameBytes = 200
    package static let maximumAliases = 100

    package init(
        identifier: RecordIdentifier, address: EmailAddress, displayName: String = "", isEnabled: Bool = true, hasPassword: Bool = false,
        aliases: [EmailAddress] = [], createdAt: UTCTime, language: Language? = nil
    ) {
        self.identifier = identifier
        self.address = address
        self.displayName = displayName
        self.isEnabled = isEnabled
        self.hasPassword = hasPassword
        self.aliases = aliases
        self.createdAt = createdAt
        self.language = language
    }

    /// `lookupKey` of his address and of each alias: the senders he may use.
    package var addressKeys: Set<String> { Set([address.lookupKey] + aliases.map(\.lookupKey)) }
}

/// A user as he signs in.
package struct UserCredential: Sendable, Hashable {
    package let user: User
    package let verifier: SCRAMVerifier

    package init(user: User, verifier: SCRAMVerifier) {
        self.user = user
        self.verifier = verifier
    }
}

/// What the directory knows of a recipient's address.
package enum RecipientListing: Sendable, Hashable {
    /// On its domain's list, or an enabled user's own address.
    case listed
    /// An enabled user's alias: mail goes to his address. That is a user's own address and never an alias itself, so one step is all
    /// there is and aliases cannot run in circles.
    case alias(of: EmailAddress)
    case unlisted
}
