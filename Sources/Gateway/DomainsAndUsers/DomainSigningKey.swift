package import Mail
package import SenderAuthentication
package import Settings

/// A key that mail of a domain is signed with (DKIM). The private half is a secret: no page, answer, audit row or export shows it.
package struct DomainSigningKey: Sendable, Hashable {
    package let identifier: RecordIdentifier
    /// Under which name the public half is published: one label in lower case.
    package let selector: String
    package let key: DKIMSigningKey
    /// Whether mail is signed with it; one key of each kind is at most.
    package var isActive: Bool
    package let createdAt: UTCTime

    /// Of one domain: enough for changing keys of both kinds.
    package static let maximumKeys = 10

    package init(identifier: RecordIdentifier, selector: String, key: DKIMSigningKey, isActive: Bool, createdAt: UTCTime) {
        self.identifier = identifier
        self.selector = selector
        self.key = key
        self.isActive = isActive
        self.createdAt = createdAt
    }

    /// A label of letters, digits and hyphens in lower case, as it is stored; nil for anything else.
    package static func selector(_ text: String) -> String? {
        let name = text.lowercased()
        let isLabel = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        return isLabel && (1...63).contains(name.utf8.count) && name.first != "-" && name.last != "-" ? name : nil
    }
}

/// Where domains' signing keys are kept. Every change raises the settings revision, so that all nodes reload their domains.
package protocol SigningKeyStore: Sendable {
    /// - Throws: `.notFound` for the domain, `.alreadyExists` for the selector, `.full`.
    func insertSigningKey(_ key: DomainSigningKey, of name: DomainName, audit: AuditEntry) async throws(DirectoryError)
    /// Mail is signed with this key from now on, and with no other of its kind. - Throws: `.notFound`.
    func activateSigningKey(_ selector: String, of name: DomainName, audit: AuditEntry) async throws(DirectoryError)
    /// - Throws: `.notFound`.
    func deleteSigningKey(_ selector: String, of name: DomainName, audit: AuditEntry) async throws(DirectoryError)
}
