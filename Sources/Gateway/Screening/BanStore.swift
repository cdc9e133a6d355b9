package import DomainsAndUsers
package import Settings

/// Where the cluster's bans are kept. Implemented by GatewayDatabase. Every change raises the bans' own revision and posts the
/// change event, so that all nodes follow.
package protocol BanStore: Sendable {
    /// What changed since `revision`, or all bans in force when it is 0; `nil` when nothing did. Cheap when nothing did.
    func banChanges(since revision: Int64) async throws(DirectoryError) -> BanChanges?
    /// Bans that a node made; those that are there already are passed over. Durable when it returns.
    func insert(_ bans: [Ban]) async throws(DirectoryError)
    /// One that an administrator made. - Throws: `.full`.
    func insert(_ ban: Ban, audit: AuditEntry) async throws(DirectoryError)
    func ban(_ identifier: RecordIdentifier) async throws(DirectoryError) -> Ban?
    /// - Returns: how many were in force.
    func lift(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int
    /// Bans in force, newest first, after `cursor`, at most `limit`.
    func bans(_ filter: BanFilter, after cursor: ScreeningCursor?, limit: Int) async throws(DirectoryError) -> [Ban]
    /// Traces of refused sign-ins. Durable when it returns.
    func record(_ refusals: [SignInRefusal]) async throws(DirectoryError)
    /// Newest first, after `cursor`, at most `limit`.
    func signInRefusals(
        _ filter: SignInRefusalFilter, after cursor: ScreeningCursor?, limit: Int
    ) async throws(DirectoryError) -> [SignInRefusal]
}

/// News of the bans.
package struct BanChanges: Sendable {
    /// Of the newest change among them.
    package let revision: Int64
    package let changed: [(ban: Ban, isLifted: Bool)]

    package init(revision: Int64, changed: [(ban: Ban, isLifted: Bool)]) {
        self.revision = revision
        self.changed = changed
    }
}

extension BanStore {
    /// Every node keeps all of them in memory; more are not made.
    package static var maximumBans: Int { CurrentBans.maximum }
}

/// Which bans a page shows. Empty conditions select everything.
package struct BanFilter: Sendable, Hashable {
    package var kind: BanSubject.Kind?
    /// Part of the subject or the note.
    package var text = ""

    package static let maximumTextBytes = 200

    package init() {}
}

/// A position in the list of bans or of refused sign-ins: the last row of the page before.
package struct ScreeningCursor: Sendable, Hashable, Codable {
    package let time: UTCTime
    package let identifier: RecordIdentifier

    package init(time: UTCTime, identifier: RecordIdentifier) {
        self.time = time
        self.identifier = identifier
    }
}
