import Administration
import Cluster
import Settings

/// A node's admission to the cluster.
package struct RegistrationKeyDocument: Codable, Sendable {
    package let identifier: String
    package let note: String
    /// `free`, `bound` or `revoked`.
    package let state: String
    package let createdAt: String
    package let createdBy: String
    /// Absent, with the two following: no node has used it.
    package let node: String?
    package let nodeName: String?
    package let boundAt: String?
    /// Absent: it is not revoked.
    package let revokedAt: String?
    /// The key itself; only in the answer that issues it.
    package let key: String?

    init(_ key: RegistrationKey, text: String? = nil) {
        identifier = key.identifier.description
        note = key.note
        state = key.state.rawValue
        createdAt = TimeText.text(key.createdAt)
        createdBy = key.createdBy
        node = key.binding?.node.description
        nodeName = key.binding?.nodeName
        boundAt = (key.binding?.boundAt).map(TimeText.text)
        revokedAt = key.revokedAt.map(TimeText.text)
        self.key = text
    }
}

/// Body of `POST /registration-keys`.
package struct NewRegistrationKeyDocument: Codable, Sendable {
    package let note: String

    package init(note: String) { self.note = note }
}
