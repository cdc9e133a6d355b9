package import DomainsAndUsers
import Firebird
import MessageLog
package import Settings

/// Keys of the REST API.
package struct APIKeyTable: APIKeyStore {
    let sessions: DatabaseSessions
    /// Lower in tests only.
    var maximumKeys = APIKeyTable.maximumAPIKeys

    init(sessions: DatabaseSessions) { self.sessions = sessions }

    private static let columns = "id, name, access_name, created_at, created_by, expires_at, revoked_at, last_used_at, secret_hash"
    private static let maximumActorBytes = 200

    package func apiKeys() async throws(DirectoryError) -> [APIKey] {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.query(
                "select first \(unsafeSQL: String(Self.maximumAPIKeys)) \(unsafeSQL: Self.columns) from api_key order by created_at desc, id desc"
            ).map(Self.key)
        }
    }

    package func apiKey(_ identifier: RecordIdentifier) async throws(DirectoryError) -> (key: APIKey, secretHash: [UInt8])? {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            let row = try transaction.queryOne("select \(unsafeSQL: Self.columns) from api_key where id = \(identifier)")
            return try row.map { (try Self.key($0), try $0.decode("secret_hash")) }
        }
    }

    package func insert(_ key: APIKey, secretHash: [UInt8], audit: AuditEntry) async throws(DirectoryError) {
        let node = sessions.node
        let maximumKeys = maximumKeys
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            // The bound holds among those who make keys at this moment, too.
            try SettingsTable.lock(transaction)
            let count = try transaction.queryOne("select count(*) from api_key")?.decode(0, as: Int.self) ?? 0
            guard count < maximumKeys else { throw DirectoryError.alreadyExists(key.name) }
            try transaction.execute(
                """
                insert into api_key (id, name, access_name, secret_hash, created_at, created_by, expires_at, changed_at, changed_by)
                values (\(key.identifier), \(key.name), \(key.access.rawValue), \(secretHash), \(key.createdAt),
                    \(key.createdBy.cut(to: Self.maximumActorBytes)), \(key.expiresAt), \(UTCTime.now()), \(node))
                """)
        }
    }

    package func revokeAPIKey(_ identifier: RecordIdentifier, at time: UTCTime, audit: AuditEntry) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let count = try transaction.execute(
                """
                update api_key set revoked_at = \(time), changed_at = \(UTCTime.now()), changed_by = \(node)
                where id = \(identifier) and revoked_at is null
                """)
            guard count == 1 else { throw DirectoryError.notFound(identifier.description) }
        }
    }

    package func touchAPIKey(_ identifier: RecordIdentifier, at time: UTCTime) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            let result = try transaction.attempt(
                """
                update api_key set last_used_at = \(time), changed_at = \(UTCTime.now()), changed_by = \(node)
                where id = \(identifier) and (last_used_at is null or last_used_at < \(time))
                """)
            // Another node renews it at this moment: that is as good.
            if case .failure(let error) = result, error.kind != .conflict { throw error }
        }
    }

    private static func key(_ row: FirebirdRow) throws(FirebirdError) -> APIKey {
        APIKey(
            identifier: try row.decode(0), name: try row.decode(1), access: try row.word("access_name"), createdAt: try row.decode(3),
            createdBy: try row.decode(4), expiresAt: try row.decode(5), revokedAt: try row.decode(6), lastUsedAt: try row.decode(7))
    }
}
