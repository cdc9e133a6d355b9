package import Settings

/// A key by which a program uses the REST API over HTTPS. Its secret is shown once, when it is made; only a hash of it is kept.
package struct APIKey: Sendable, Hashable {
    package let identifier: RecordIdentifier
    /// What the key is for, in its maker's words: 1 to `maximumNameBytes`, no control characters.
    package let name: String
    package let access: APIKeyAccess
    package let createdAt: UTCTime
    /// Who made it, as the audit log writes it.
    package let createdBy: String
    /// From then on it is refused.
    package let expiresAt: UTCTime
    package var revokedAt: UTCTime?
    /// To the minute; `nil`: never.
    package var lastUsedAt: UTCTime?

    package static let maximumNameBytes = 100

    package init(
        identifier: RecordIdentifier, name: String, access: APIKeyAccess, createdAt: UTCTime, createdBy: String, expiresAt: UTCTime,
        revokedAt: UTCTime? = nil, lastUsedAt: UTCTime? = nil
    ) {
        self.identifier = identifier
        self.name = name
        self.access = access
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
    }

    package static func isName(_ text: String) -> Bool {
        (1...maximumNameBytes).contains(text.utf8.count) && text.contains { !$0.isWhitespace }
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    package func isValid(at time: UTCTime) -> Bool { revokedAt == nil && time < expiresAt }
}

/// What a key may be used for.
package enum APIKeyAccess: String, Sendable, Hashable, Codable, CaseIterable {
    /// Everything that changes nothing.
    case read
    /// Everything an administrator may do but make and revoke keys.
    case full
}

/// Where API keys are kept. Implemented by GatewayDatabase.
package protocol APIKeyStore: Sendable {
    /// Newest first; those that are revoked or over too. At most `maximumAPIKeys`.
    func apiKeys() async throws(DirectoryError) -> [APIKey]
    /// With the hash of its secret.
    func apiKey(_ identifier: RecordIdentifier) async throws(DirectoryError) -> (key: APIKey, secretHash: [UInt8])?
    /// - Throws: `.alreadyExists` when there are `maximumAPIKeys`.
    func insert(_ key: APIKey, secretHash: [UInt8], audit: AuditEntry) async throws(DirectoryError)
    /// Refused from now on. - Throws: `.notFound`, for one that is revoked already too.
    func revokeAPIKey(_ identifier: RecordIdentifier, at time: UTCTime, audit: AuditEntry) async throws(DirectoryError)
    /// Renews `lastUsedAt`; a conflict with another node is passed over.
    func touchAPIKey(_ identifier: RecordIdentifier, at time: UTCTime) async throws(DirectoryError)
}

extension APIKeyStore {
    /// One list shows them all.
    package static var maximumAPIKeys: Int { 500 }
}
