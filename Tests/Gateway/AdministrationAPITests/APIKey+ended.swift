import DomainsAndUsers
import Settings

extension APIKey {
    /// The same key at the end of its time.
    var ended: APIKey {
        APIKey(
            identifier: identifier, name: name, access: access, createdAt: createdAt, createdBy: createdBy, expiresAt: .now(),
            revokedAt: revokedAt, lastUsedAt: lastUsedAt)
    }
}
