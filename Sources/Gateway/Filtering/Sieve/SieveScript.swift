package import DomainsAndUsers
package import Mail
package import Settings

/// Whose mail a script is asked about. There is at most one script for each.
package enum SieveOwner: Sendable, Hashable, CustomStringConvertible {
    /// Everybody's in the protected domains.
    case cluster
    case domain(DomainName)
    /// `EmailAddress.lookupKey`.
    case user(String)

    package enum Level: String, Sendable, Hashable, CaseIterable {
        case cluster, domain, user
    }

    package var level: Level {
        switch self {
        case .cluster: .cluster
        case .domain: .domain
        case .user: .user
        }
    }

    /// Empty for the cluster.
    package var name: String {
        switch self {
        case .cluster: ""
        case .domain(let name): name.ascii
        case .user(let key): key
        }
    }

    package var description: String { name.isEmpty ? level.rawValue : "\(level.rawValue) \(name)" }

    /// - Returns: `nil` for what names nobody.
    package init?(level: Level, name: String) {
        switch level {
        case .cluster where name.isEmpty: self = .cluster
        case .cluster: return nil
        case .domain:
            guard let domain = try? DomainName(name) else { return nil }
            self = .domain(domain)
        case .user:
            guard let address = try? EmailAddress(name), address.lookupKey.utf8.count <= Self.maximumKeyBytes else { return nil }
            self = .user(address.lookupKey)
        }
    }

    package static let maximumKeyBytes = 320

    /// One word for it: `cluster`, a domain, or an address.
    package var key: String { name.isEmpty ? Level.cluster.rawValue : name }

    /// - Returns: `nil` for what names nobody.
    package init?(key: String) {
        let level: Level = key == Level.cluster.rawValue ? .cluster : key.contains("@") ? .user : .domain
        self.init(level: level, name: level == .cluster ? "" : key)
    }
}

/// A Sieve script as it is stored.
package struct SieveScript: Sendable, Hashable {
    package let owner: SieveOwner
    package var name: String
    /// Whether mail is run through it.
    package var isActive: Bool
    package var text: String
    package var changedAt: UTCTime

    package static let maximumNameBytes = 100

    package init(owner: SieveOwner, name: String, isActive: Bool, text: String, changedAt: UTCTime) {
        self.owner = owner
        self.name = name
        self.isActive = isActive
        self.text = text
        self.changedAt = changedAt
    }
}

/// Where Sieve scripts are kept. Implemented by GatewayDatabase. Every change raises the settings revision and posts the change event in
/// its transaction, so that all nodes reload; with a domain or a user its scripts go.
package protocol SieveScriptStore: Sendable {
    /// What changed since `revision`; `nil` when nothing did.
    func loadSieveScripts(changedSince revision: SettingsRevision) async throws(DirectoryError) -> SieveScriptChanges?
    /// The cluster's, then domains', then users', each by name; without their texts. At most `limit`, behind `owner`.
    func sieveScripts(after owner: SieveOwner?, limit: Int) async throws(DirectoryError) -> [SieveScript]
    func sieveScript(of owner: SieveOwner) async throws(DirectoryError) -> SieveScript?
    /// Puts it in the place of the owner's present one, if there is one.
    /// - Throws: `.full` when there are as many scripts or bytes as are kept in memory, `.notFound` for a domain that is not protected.
    func put(_ script: SieveScript, audit: AuditEntry) async throws(DirectoryError)
    /// - Throws: `.notFound`.
    func deleteSieveScript(of owner: SieveOwner, audit: AuditEntry) async throws(DirectoryError)
}

extension SieveScriptStore {
    /// Every node has all active scripts in memory, taken apart.
    package static var maximumScripts: Int { 5_000 }
    /// Of all texts together.
    package static var maximumScriptBytes: Int { 8 << 20 }
}

/// What a node has to learn to have all scripts of `revision`.
package struct SieveScriptChanges: Sendable, Hashable {
    package let revision: SettingsRevision
    package let changed: [SieveScript]
    /// All owners that have one; others' are gone.
    package let present: Set<SieveOwner>

    package init(revision: SettingsRevision, changed: [SieveScript], present: Set<SieveOwner>) {
        self.revision = revision
        self.changed = changed
        self.present = present
    }
}
