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

    package static let maximumNoteBytes = 500
    package static let maximumMailServers = 20

    package init(identifier: RecordIdentifier, name: DomainName, note: String = "", mailServers: [MailServer], hasAliases: Bool = false) {
        self.identifier = identifier
        self.name = name
        self.note = note
        self.mailServers = mailServers
        self.hasAliases = hasAliases
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

    package init(endpoint: HostAndPort, priority: Int = 10, security: ConnectionSecurity = .opportunistic) {
        self.endpoint = endpoint
        self.priority = priority
        self.security = security
    }
}

/// All protected domains at one settings revision; immutable.
package struct DomainDirectory: Sendable {
    package let revision: SettingsRevision
    private let domains: [DomainName: ProtectedDomain]

    package static let empty = DomainDirectory(revision: .none, domains: [])

    package init(revision: SettingsRevision, domains: [ProtectedDomain]) {
        self.revision = revision
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
