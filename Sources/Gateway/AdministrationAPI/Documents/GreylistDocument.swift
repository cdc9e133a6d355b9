import Filtering
import Settings

/// A row of the greylist.
package struct GreylistDocument: Codable, Sendable {
    package let entry: String
    /// `waiting` or `passed`.
    package let state: String
    package let network: String
    /// Empty for the null sender.
    package let sender: String
    package let recipient: String
    package let firstSeenAt: String
    package let lastSeenAt: String
    package let expiresAt: String

    init(_ entry: GreylistEntry) {
        self.entry = entry.identifier.description
        state = entry.state.rawValue
        network = entry.triplet.network
        sender = entry.triplet.sender
        recipient = entry.triplet.recipient
        firstSeenAt = TimeText.text(entry.record.firstSeenAt)
        lastSeenAt = TimeText.text(entry.record.lastSeenAt)
        expiresAt = TimeText.text(entry.expiresAt)
    }
}
