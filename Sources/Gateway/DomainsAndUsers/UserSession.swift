package import Settings

/// A user signed in to his own pages. Valid on every node; only a hash of its token is stored. It is no `WebSession`: nothing that takes
/// an administrator's session can be given one.
package struct UserSession: Sendable, Hashable {
    /// SHA-256 of the token in the cookie.
    package let tokenHash: [UInt8]
    package let user: RecordIdentifier
    package let createdAt: UTCTime
    package var lastSeenAt: UTCTime

    package init(tokenHash: [UInt8], user: RecordIdentifier, createdAt: UTCTime, lastSeenAt: UTCTime) {
        self.tokenHash = tokenHash
        self.user = user
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
    }
}
