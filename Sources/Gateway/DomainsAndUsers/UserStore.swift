package import Mail
package import Settings

/// Where users are kept. Implemented by GatewayDatabase. Every change raises the settings revision, so that all nodes reload what they
/// know of domains.
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
    /// `nil` takes the password away. - Throws: `.notFound`.
    func setVerifier(_ verifier: SCRAMVerifier?, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError)
    /// Removes a user and his aliases. - Throws: `.notFound`.
    func deleteUser(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError)
}
