package import DomainsAndUsers
import Firebird
package import Settings

/// Users signed in to their own pages, by the hash of their token.
extension UserTable {
    private static let tokenHashBytes = 32

    package func insert(_ session: UserSession, audit: AuditEntry) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            try transaction.execute(
                """
                insert into user_session (token_hash, user_id, created_at, last_seen_at, changed_at, changed_by)
                values (\(session.tokenHash), \(session.user), \(session.createdAt), \(session.lastSeenAt), \(UTCTime.now()), \(node))
                """)
        }
    }

    package func userSession(tokenHash: [UInt8]) async throws(DirectoryError) -> (session: UserSession, user: User)? {
        guard tokenHash.count == Self.tokenHashBytes else { return nil }
        return try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            let found = try transaction.queryOne(
                "select user_id, created_at, last_seen_at from user_session where token_hash = \(tokenHash)")
            guard let found else { return nil }
            let session = UserSession(
                tokenHash: tokenHash, user: try found.decode(0), createdAt: try found.decode(1), lastSeenAt: try found.decode(2))
            guard let user = try Self.user(session.user, transaction), user.isEnabled, user.hasPassword else { return nil }
            return (session, user)
        }
    }

    package func touchUserSession(tokenHash: [UInt8], at time: UTCTime) async throws(DirectoryError) {
        guard tokenHash.count == Self.tokenHashBytes else { return }
        let node = sessions.node
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            let result = try transaction.attempt(
                """
                update user_session set last_seen_at = \(time), changed_at = \(UTCTime.now()), changed_by = \(node)
                where token_hash = \(tokenHash) and last_seen_at < \(time)
                """)
            // Another node renews it at this moment: that is as good.
            if case .failure(let error) = result, error.kind != .conflict { throw error }
        }
    }

    package func deleteUserSession(tokenHash: [UInt8]) async throws(DirectoryError) {
        guard tokenHash.count == Self.tokenHashBytes else { return }
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            _ = try transaction.execute("delete from user_session where token_hash = \(tokenHash)")
        }
    }

    package func deleteUserSessions(lastSeenBefore: UTCTime, createdBefore: UTCTime) async throws(DirectoryError) {
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            _ = try transaction.execute("delete from user_session where last_seen_at < \(lastSeenBefore) or created_at < \(createdBefore)")
        }
    }

    package func setLanguage(_ language: Language, of user: RecordIdentifier) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            let count = try transaction.execute(
                "update mail_user set language_code = \(language.rawValue), changed_at = \(UTCTime.now()), changed_by = \(node) where id = \(user)"
            )
            guard count == 1 else { throw DirectoryError.notFound(user.description) }
        }
    }

    static func endSessions(of user: RecordIdentifier, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute("delete from user_session where user_id = \(user)")
    }
}
