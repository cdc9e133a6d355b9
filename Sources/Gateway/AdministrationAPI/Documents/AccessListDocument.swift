import Filtering
import Mail
import Settings

/// An entry of the allow or block list.
package struct AccessListDocument: Codable, Sendable {
    package let entry: String
    package let list: String
    package let kind: String
    package let value: String
    /// A protected domain; empty for everybody.
    package let domain: String
    /// Whose own entry it is; absent: an administrator's.
    package let recipient: String?
    package let note: String

    init(_ entry: AccessListEntry) {
        self.entry = entry.identifier.description
        list = entry.list.rawValue
        kind = entry.kind.rawValue
        value = entry.value
        domain = entry.domain?.ascii ?? ""
        recipient = entry.recipient
        note = entry.note
    }
}

/// A new entry, as a command sends it.
package struct NewAccessListDocument: Codable, Sendable {
    package let list: String
    package let kind: String
    package let value: String
    package let domain: String?
    package let note: String?

    package init(list: String, kind: String, value: String, domain: String?, note: String?) {
        self.list = list
        self.kind = kind
        self.value = value
        self.domain = domain
        self.note = note
    }
}

/// Which entries an action concerns.
package struct AccessListSelectionDocument: Codable, Sendable {
    package let entries: [String]

    package init(entries: [String]) { self.entries = entries }
}

/// How many entries there were.
package struct AccessListCountDocument: Codable, Sendable {
    package let count: Int
}

/// A remark, as it replaces the one before.
package struct NoteDocument: Codable, Sendable {
    package let note: String

    package init(note: String) { self.note = note }
}
