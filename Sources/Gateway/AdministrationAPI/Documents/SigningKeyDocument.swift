import DomainsAndUsers
import Mail
import SenderAuthentication
import Settings

/// A key that mail of a domain is signed with; never its private half.
package struct SigningKeyDocument: Codable, Sendable {
    package let domain: String
    package let selector: String
    /// `rsa` or `ed25519`.
    package let kind: String
    package let bits: Int
    package let isActive: Bool
    package let createdAt: String
    /// The name of the text record that has to be published.
    package let recordName: String
    /// Its text.
    package let recordText: String
    /// The same as a line of a zone file, in strings of at most 255 octets.
    package let zoneLine: String

    init(_ key: DomainSigningKey, of domain: DomainName) {
        self.domain = domain.ascii
        selector = key.selector
        kind = key.key.kind.rawValue
        bits = key.key.bits
        isActive = key.isActive
        createdAt = TimeText.text(key.createdAt)
        recordName = DKIMPublicRecord.name(selector: key.selector, domain: domain.ascii)
        recordText = key.key.publicRecord.text
        zoneLine = key.key.publicRecord.zoneLine(selector: key.selector, domain: domain.ascii)
    }
}

/// Body of `POST /domains/{name}/signing-keys`.
package struct NewSigningKeyDocument: Codable, Sendable {
    package let selector: String?
    package let kind: String?

    package init(selector: String?, kind: String?) {
        self.selector = selector
        self.kind = kind
    }
}
