package import Mail
package import Settings

/// A mail domain the gateway takes mail for, with the servers behind the gateway that hold its mailboxes.
package struct ProtectedDomain: Sendable, Hashable {
    package let identifier: RecordIdentifier
    package var name: DomainName
    /// A free remark of the administrator, at most `maximumNoteBytes`.
    package var note: String
    package var mailServers: [MailServer]
    /// Whether some address of the domain is a user's alias, so that recipients must be looked up even where all are accepted.
    package var hasAliases: Bool
    /// Keys that its mail is signed with, in the order of their selectors.
    package var signingKeys: [DomainSigningKey]

    package static let maximumNoteBytes = 500
    package static let maximumMailServers = 20

    package init(
        identifier: RecordIdentifier, name: DomainName, note: String = "", mailServers: [MailServer], hasAliases: Bool = false,
        signingKeys: [DomainSigningKey] = []
    ) {
        self.identifier = identifier
        self.name = name
        self.note = note
        self.mailServers = mailServers
        self.hasAliases = hasAliases
        self.signingKeys = signingKeys
    }

    /// Servers in groups of equal priority, the lowest number first; within a group in the order of the list.
    package var mailServersByPriority: [[MailServer]] {
        Dictionary(grouping: mailServers, by: \.priority).sorted { $0.key < $1.key }.map(\.value)
    }
}

/// One next hop of a domain.
package struct MailServer: Sendable, Hashable {
    /// Host name or address, and port.
    package var endpoint: HostAndPort
    /// 0 to 65535; lower is tried first, equal ones share the load.
    package var priority: Int
    package var security: ConnectionSecurity
    /// What the gateway signs in with, over TLS only; `nil` when the server wants nothing.
    package var credential: MailServerCredential?

    package init(
        endpoint: HostAndPort, priority: Int = 10, security: ConnectionSecurity = .opportunistic, credential: MailServerCredential? = nil
    ) {
        self.endpoint = endpoint
        self.priority = priority
        self.security = security
        self.credential = credential
    }
}

/// Name and password of the gateway at a mail server. It must be kept as it is, since the server asks for it; it says nothing of itself
/// when printed, and no page, answer or audit row shows more than the name.
package struct MailServerCredential: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let userName: String
    package let password: String

    /// Octets of each.
    package static let maximumBytes = 255

    package init(userName: String, password: String) {
        self.userName = userName
        self.password = password
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// All protected domains at one settings revision; immutable.
package struct DomainDirectory: Sendable {
    package let revision: SettingsRevision
    /// By which bounces of our own mail are known.
    package let returnPathKeys: [ReturnPathKey]
    private let domains: [DomainName: ProtectedDomain]

    package static let empty = DomainDirectory(revision: .none, domains: [])

    package init(revision: SettingsRevision, domains: [ProtectedDomain], returnPathKeys: [ReturnPathKey] = []) {
        self.revision = revision
        self.returnPathKeys = returnPathKeys
        self.domains = Dictionary(
            domains.map { ($0.name, $0) },
            uniquingKeysWith: { first, second in
                // Two sites added the same domain at once (R20): the older row counts, whoever reads it.
                first.identifier < second.identifier ? first : second
            })
    }

    package func domain(_ name: DomainName) -> ProtectedDomain? { domains[name] }
    package var all: [ProtectedDomain] { domains.values.sorted { $0.name < $1.name } }
    package var count: Int { domains.count }
}
