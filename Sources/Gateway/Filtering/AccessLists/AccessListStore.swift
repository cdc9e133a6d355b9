package import DomainsAndUsers
package import Settings

/// Where the allow and block lists are kept. Implemented by GatewayDatabase. Every change raises the settings revision and posts
/// the change event in its transaction, so that all nodes reload.
package protocol AccessListStore: Sendable {
    /// All entries; `nil` when the lists have not changed since `revision`.
    func loadAccessLists(ifNewerThan revision: SettingsRevision) async throws(DirectoryError) -> AccessLists?
    /// In order of value and identifier, after `cursor`, at most `limit`.
    func accessListEntries(_ filter: AccessListFilter, after cursor: AccessListCursor?, limit: Int) async throws(DirectoryError)
        -> [AccessListEntry]
    func accessListEntry(_ identifier: RecordIdentifier) async throws(DirectoryError) -> AccessListEntry?
    /// - Throws: `.alreadyExists` when the list has this value for this scope.
    func insert(_ entry: AccessListEntry, audit: AuditEntry) async throws(DirectoryError)
    /// - Throws: `.notFound`.
    func setAccessListNote(_ note: String, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError)
    /// - Returns: how many there were.
    func deleteAccessListEntries(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int
}

/// Which entries a page shows. Empty conditions select everything.
package struct AccessListFilter: Sendable, Hashable {
    package var list: AccessListEntry.List?
    package var kind: AccessListEntry.Kind?
    /// Part of value or note.
    package var text = ""

    package static let maximumTextBytes = 200

    package init() {}
}

/// A position in the lists: the last row of the page before.
package struct AccessListCursor: Sendable, Hashable, Codable {
    package let value: String
    package let identifier: RecordIdentifier

    package init(value: String, identifier: RecordIdentifier) {
        self.value = value
        self.identifier = identifier
    }
}

extension AccessListStore {
    /// All are kept in memory by every node; a hundred thousand take some tens of megabytes.
    package static var maximumEntries: Int { 100_000 }
}
