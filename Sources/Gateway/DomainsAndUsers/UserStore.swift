package import Mail
package import Settings

/// Where users are kept. Implemented by GatewayDatabase. Every change of a user raises the settings revision, so that all nodes reload
/// what they know of domains.
package protocol UserStore: Sendable {
    /// Users of a domain in order of their keys, after `cursor`, at most `limit`; `text` is part of address or display name.
    func users(of domain: DomainName, containing text: String, after cursor: String?, limit: Int) async throws(DirectoryError) -> [User]
    /// By his own address.
    func user(_ address: EmailAddress) async throws(DirectoryError) -> User?
    /// An enabled user with a password, by the key of his own address.
    func credential(named key: String) async throws(DirectoryError) -> UserCredential?
    /// What is known of a recipient.
    func listing(of address: EmailAddress) async throws(DirectoryError) -> RecipientListing

    /// - Throws: `.alreadyExists` when the address or an alias is another user's address or alias; `.notFound` for a domain.
    func insert(_ user: User, verifier: SCRAMVerifier?, audit: AuditEntry) async throws(DirectoryError)
    /// Replaces display name, state and aliases. - Throws: `.notFound`, `.alreadyExists`.
    func update(_ user: User, audit: AuditEntry) async throws(DirectoryError)
    /// `nil` takes the password away. All his sessions end. - Throws: `.notFound`.
    func setVerifier(_ verifier: SCRAMVerifier?, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError)
    /// Removes a user, his aliases and his sessions. - Throws: `.notFound`.
    func deleteUser(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError)

    func insert(_ session: UserSession, audit: AuditEntry) async throws(DirectoryError)
    /// With whose it is; `nil` as well when he is disabled or has no password any more.
    func userSession(tokenHash: [UInt8]) async throws(DirectoryError) -> (session: UserSession, user: User)?
    /// Renews `lastSeenAt`; a conflict with another node is passed over.
    func touchUserSession(tokenHash: [UInt8], at time: UTCTime) async throws(DirectoryError)
    func deleteUserSession(tokenHash: [UInt8]) async throws(DirectoryError)
    /// Removes sessions last seen or created before the given times.
    func deleteUserSessions(lastSeenBefore: UTCTime, createdBefore: UTCTime) async throws(DirectoryError)
    /// Of his own pages; raises no revision. - Throws: `.notFound`.
    func setLanguage(_ language: Language, of user: RecordIdentifier) async throws(DirectoryError)
}
