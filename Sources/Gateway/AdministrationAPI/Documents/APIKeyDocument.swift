import Administration
import DomainsAndUsers
import Settings

/// A key of the API.
package struct APIKeyDocument: Codable, Sendable {
    package let identifier: String
    package let name: String
    /// `read` or `full`.
    package let access: String
    package let createdAt: String
    package let createdBy: String
    package let expiresAt: String
    /// Absent: it is not revoked.
    package let revokedAt: String?
    /// To the minute; absent: never.
    package let lastUsedAt: String?
    /// The key itself; only in the answer that makes it.
    package let key: String?

    init(_ key: APIKey, text: String? = nil) {
        identifier = key.identifier.description
        name = key.name
        access = key.access.rawValue
        createdAt = TimeText.text(key.createdAt)
        createdBy = key.createdBy
        expiresAt = TimeText.text(key.expiresAt)
        revokedAt = key.revokedAt.map(TimeText.text)
        lastUsedAt = key.lastUsedAt.map(TimeText.text)
        self.key = text
    }
}

/// Body of `POST /api-keys`.
package struct NewAPIKeyDocument: Codable, Sendable {
    package let name: String
    package let access: String
    package let days: Int

    package init(name: String, access: String, days: Int) {
        self.name = name
        self.access = access
        self.days = days
    }
}
