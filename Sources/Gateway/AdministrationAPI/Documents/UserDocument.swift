import DomainsAndUsers
import Mail
import Settings

/// A user of a protected domain. Of his password only whether there is one.
package struct UserDocument: Codable, Sendable {
    package let identifier: String
    package let address: String
    package let displayName: String
    package let isEnabled: Bool
    package let hasPassword: Bool
    package let aliases: [String]
    package let createdAt: String

    init(_ user: User) {
        identifier = user.identifier.description
        address = user.address.description
        displayName = user.displayName
        isEnabled = user.isEnabled
        hasPassword = user.hasPassword
        aliases = user.aliases.map(\.description)
        createdAt = TimeText.text(user.createdAt)
    }
}

/// Body of `POST /domains/{name}/users`, and without address and password of `PUT /users/{address}`.
package struct UserEntryDocument: Codable, Sendable {
    package let address: String?
    package let displayName: String?
    /// True when absent.
    package let isEnabled: Bool?
    package let aliases: [String]?
    package let password: String?

    package init(address: String?, displayName: String?, isEnabled: Bool?, aliases: [String]?, password: String?) {
        self.address = address
        self.displayName = displayName
        self.isEnabled = isEnabled
        self.aliases = aliases
        self.password = password
    }
}
