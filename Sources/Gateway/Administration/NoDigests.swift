package import DomainsAndUsers
package import MessageLog
package import Quarantine
package import Settings

/// Where there are no digests: in tests of other things.
package struct NoDigests: DigestStore, DigestLinkStore, LinkKeyStore {
    package init() {}

    private static let cause = "there are no digests here"

    package func digestRuns(limit: Int) async throws(MessageLogError) -> [DigestRun] { [] }
    package func askForDigests(audit: AuditEntry) async throws(MessageLogError) { throw .unavailable(cause: Self.cause) }
    package func unfinishedDigestRuns() async throws(MessageLogError) -> [String] { [] }
    package func beginDigests(_ key: String) async throws(MessageLogError) -> Bool { false }
    package func endDigests(_ key: String, sent: Int, cause: String?) async throws(MessageLogError) {}
    package func digestOwners(after cursor: String?, limit: Int) async throws(MessageLogError) -> DigestOwners {
        DigestOwners(owners: [], next: nil)
    }
    package func digestContent(for owner: DigestOwner) async throws(MessageLogError) -> DigestContent? { nil }
    package func wantsDigest(_ owner: String) async throws(MessageLogError) -> Bool { true }
    package func setWantsDigest(_ isWanted: Bool, _ owner: String, audit: AuditEntry) async throws(MessageLogError) {
        throw .unavailable(cause: Self.cause)
    }
    package func use(_ link: SignedLink, audit: AuditEntry) async throws(MessageLogError) -> LinkOutcome {
        throw .unavailable(cause: Self.cause)
    }
    package func wasUsed(_ link: SignedLink) async throws(MessageLogError) -> Bool { throw .unavailable(cause: Self.cause) }
    package func currentLinkKey(at now: UTCTime) async throws(DirectoryError) -> LinkKey { throw .unavailable(cause: Self.cause) }
    package func linkKeys() async throws(DirectoryError) -> [LinkKey] { [] }
}
