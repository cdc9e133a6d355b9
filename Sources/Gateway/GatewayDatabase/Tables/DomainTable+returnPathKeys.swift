package import DomainsAndUsers
import Firebird
package import Settings

extension DomainTable: ReturnPathKeyStore {
    package func addReturnPathKey(
        _ key: ReturnPathKey, unlessNewerThan limit: UTCTime, removingBefore expiry: UTCTime
    ) async throws(DirectoryError) -> Bool {
        let node = sessions.node
        return try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            let isThere = { try transaction.queryOne("select first 1 1 from return_path_key where created_at > \(limit)") != nil }
            guard try !isThere() else { return false }
            // Keeps others out, so that two nodes make one key.
            _ = try SettingsTable.raiseRevision(by: node, transaction)
            guard try !isThere() else { return false }
            try transaction.execute(
                """
                insert into return_path_key (id, key_number, secret, created_at, changed_at, changed_by)
                values (\(key.identifier), \(key.number), \(FirebirdValue.bytes(key.secret)), \(key.createdAt), \(key.createdAt), \(node))
                """)
            try transaction.execute("delete from return_path_key where created_at < \(expiry)")
            return true
        }
    }

    static func returnPathKeys(_ transaction: FirebirdTransaction) throws -> [ReturnPathKey] {
        try transaction.query("select id, key_number, secret, created_at from return_path_key").map {
            ReturnPathKey(identifier: try $0.decode(0), number: try $0.decode(1), secret: try $0.decode(2), createdAt: try $0.decode(3))
        }
    }
}
