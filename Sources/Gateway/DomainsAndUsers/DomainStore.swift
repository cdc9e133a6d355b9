package import Mail
package import Settings

package enum DirectoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is a row of this name already.
    case alreadyExists(String)
    case notFound(String)
    /// The last administrator: without one nobody could sign in.
    case lastOne
    /// So many are there, and no more may be.
    case full(maximum: Int, present: Int)
    /// Transient: the database did not answer.
    case unavailable(cause: String)

    package var description: String {
        switch self {
        case .alreadyExists(let name): "“\(name)” exists already"
        case .notFound(let name): "“\(name)” does not exist"
        case .lastOne: "the last administrator cannot be removed"
        case .full(let maximum, let present): "at most \(maximum) entries may be kept; there are \(present)"
        case .unavailable(let cause): "the directory is unavailable: \(cause)"
        }
    }
}

/// Where domains and their recipients are kept. Implemented by GatewayDatabase. Every change raises the settings revision and
/// posts the change event in its transaction, so that all nodes reload.
package protocol DomainStore: SigningKeyStore {
    /// All domains and the settings revision, read in one snapshot transaction.
    func loadDomains() async throws(DirectoryError) -> DomainDirectory
    /// - Throws: `.alreadyExists`.
    func insert(_ domain: ProtectedDomain, audit: AuditEntry) async throws(DirectoryError)
    /// Replaces note and mail servers. - Throws: `.notFound`.
    func update(_ domain: ProtectedDomain, audit: AuditEntry) async throws(DirectoryError)
    /// Removes the domain, its servers, recipients and settings. - Throws: `.notFound`.
    func delete(_ name: DomainName, audit: AuditEntry) async throws(DirectoryError)

    /// Listed addresses of a domain in order of their keys, after `cursor`, at most `limit`.
    func listedRecipients(of name: DomainName, containing text: String, after cursor: String?, limit: Int) async throws(DirectoryError)
        -> [EmailAddress]
    /// Adds addresses; those already listed are passed over. - Returns: how many were new.
    func addRecipients(_ addresses: [EmailAddress], to name: DomainName, audit: AuditEntry) async throws(DirectoryError) -> Int
    /// - Returns: how many were listed.
    func removeRecipients(_ addresses: [EmailAddress], from name: DomainName, audit: AuditEntry) async throws(DirectoryError) -> Int
}
