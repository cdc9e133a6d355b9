package import DomainsAndUsers
import Firebird
package import Settings

/// The keys of links in mail.
package struct LinkKeyTable: LinkKeyStore {
    let sessions: DatabaseSessions

    package func currentLinkKey(at now: UTCTime) async throws(DirectoryError) -> LinkKey {
        let node = sessions.node
        let limit = now.advanced(by: .zero - LinkKey.lifetime)
        let newest = try await linkKeys().first
        if let newest, newest.createdAt > limit { return newest }
        let fresh = LinkKey.fresh(at: now)
        return try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            // Keeps others out, so that two nodes make one key.
            _ = try SettingsTable.raiseRevision(by: node, transaction)
            if let present = try Self.keys(transaction).first, present.createdAt > limit { return present }
            try transaction.execute(
                """
                insert into link_key (id, secret, created_at, changed_at, changed_by)
                values (\(fresh.identifier), \(FirebirdValue.bytes(fresh.secret)), \(fresh.createdAt), \(fresh.createdAt), \(node))
                """)
            let expiry = now.advanced(by: .zero - LinkKey.lifetime - LinkKey.afterlife)
            try transaction.execute("delete from link_key where created_at < \(expiry)")
            return fresh
        }
    }

    package func linkKeys() async throws(DirectoryError) -> [LinkKey] {
        try await sessions.read(unavailable: DirectoryError.unavailable) { try Self.keys($0) }
    }

    private static func keys(_ transaction: FirebirdTransaction) throws -> [LinkKey] {
        try transaction.query("select id, secret, created_at from link_key order by created_at desc").map {
            LinkKey(identifier: try $0.decode(0), secret: try $0.decode(1), createdAt: try $0.decode(2))
        }
    }
}
