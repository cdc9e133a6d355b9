package import DomainsAndUsers
import Firebird
package import Settings

/// Signed-in browsers, by the hash of their token.
extension AdministratorTable {
    private static let tokenHashBytes = 32

    package func insert(_ session: WebSession, audit: AuditEntry) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            try transaction.execute(
                """
                insert into web_session (token_hash, administrator_id, created_at, last_seen_at, changed_at, changed_by)
                values (\(session.tokenHash), \(session.administrator), \(session.createdAt), \(session.lastSeenAt), \(UTCTime.now()), \(node))
                """)
        }
    }

    package func session(tokenHash: [UInt8]) async throws(DirectoryError) -> WebSession? {
        guard tokenHash.count == Self.tokenHashBytes else { return nil }
        return try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            let row = try transaction.queryOne(
                "select administrator_id, created_at, last_seen_at from web_session where token_hash = \(tokenHash)")
            return try row.map {
                WebSession(tokenHash: tokenHash, administrator: try $0.decode(0), createdAt: try $0.decode(1), lastSeenAt: try $0.decode(2))
            }
        }
    }

    package func touchSession(tokenHash: [UInt8], at time: UTCTime) async throws(DirectoryError) {
        guard tokenHash.count == Self.tokenHashBytes else { return }
        let node = sessions.node
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            let result = try transaction.attempt(
                """
                update web_session set last_seen_at = \(time), changed_at = \(UTCTime.now()), changed_by = \(node)
                where token_hash = \(tokenHash) and last_seen_at < \(time)
                """)
            // Another node renews it at this moment: that is as good.
            if case .failure(let error) = result, error.kind != .conflict { throw error }
        }
    }

    package func deleteSession(tokenHash: [UInt8]) async throws(DirectoryError) {
        guard tokenHash.count == Self.tokenHashBytes else { return }
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            _ = try transaction.execute("delete from web_session where token_hash = \(tokenHash)")
        }
    }

    package func deleteSessions(lastSeenBefore: UTCTime, createdBefore: UTCTime) async throws(DirectoryError) {
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            _ = try transaction.execute("delete from web_session where last_seen_at < \(lastSeenBefore) or created_at < \(createdBefore)")
        }
    }
}
