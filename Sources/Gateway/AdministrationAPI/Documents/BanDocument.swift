import Screening
import Settings

/// A ban in force.
package struct BanDocument: Codable, Sendable {
    package let entry: String
    /// `network` or `user`.
    package let kind: String
    /// An address, a network, or a user's address.
    package let subject: String
    package let reason: String
    package let note: String
    /// Where it was made.
    package let node: String
    package let begunAt: String
    /// Absent: until it is lifted.
    package let until: String?

    init(_ ban: Ban) {
        entry = ban.identifier.description
        kind = ban.subject.kind.rawValue
        subject = ban.subject.description
        reason = ban.reason.rawValue
        note = ban.note
        node = ban.node.description
        begunAt = TimeText.text(ban.begunAt)
        until = ban.until.map { TimeText.text($0) }
    }
}

/// A new ban, as a command sends it.
package struct NewBanDocument: Codable, Sendable {
    package let subject: String
    package let minutes: Int?
    package let note: String?

    package init(subject: String, minutes: Int?, note: String?) {
        self.subject = subject
        self.minutes = minutes
        self.note = note
    }
}

/// Refused sign-ins of one name and address within seconds.
package struct SignInRefusalDocument: Codable, Sendable {
    package let entry: String
    /// Of the last one.
    package let time: String
    /// `smtp`, `administrator`, `user` or `api-key`.
    package let way: String
    /// `?` for what cannot be a name.
    package let name: String
    package let address: String
    package let tries: Int
    package let node: String

    init(_ refusal: SignInRefusal) {
        entry = refusal.identifier.description
        time = TimeText.text(refusal.time)
        way = refusal.way.rawValue
        name = refusal.name
        address = refusal.address
        tries = refusal.tries
        node = refusal.node.description
    }
}
