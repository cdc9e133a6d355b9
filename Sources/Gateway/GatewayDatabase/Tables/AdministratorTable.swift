package import DomainsAndUsers
import Firebird
package import Settings

/// Administrators. Their sessions: `AdministratorTable+sessions.swift`.
package struct AdministratorTable: AdministratorStore {
    let sessions: DatabaseSessions

    private static let columns = "id, name, role_name, language_code, created_at, password_hash"

    package func administratorCount() async throws(DirectoryError) -> Int {
        try await sessions.read(unavailable: DirectoryError.unavailable) { try Self.count($0) }
    }

    package func administrators() async throws(DirectoryError) -> [Administrator] {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.query("select \(unsafeSQL: Self.columns) from administrator order by name_key, id").map(Self.administrator)
        }
    }

    package func administrator(named key: String) async throws(DirectoryError) -> (administrator: Administrator, password: PasswordHash)? {
        // No stored name is longer; a longer parameter would be refused as such.
        guard key.utf8.count <= Administrator.maximumNameBytes else { return nil }
        return try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            let row = try transaction.queryOne(
                "select first 1 \(unsafeSQL: Self.columns) from administrator where name_key = \(key) order by id")
            return try row.map { (try Self.administrator($0), PasswordHash(text: try $0.decode("password_hash"))) }
        }
    }

    package func administrator(_ identifier: RecordIdentifier) async throws(DirectoryError) -> Administrator? {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.queryOne("select \(unsafeSQL: Self.columns) from administrator where id = \(identifier)").map(
                Self.administrator)
        }
    }

    package func insert(
        _ administrator: Administrator, password: PasswordHash, onlyAsFirst: Bool, audit: AuditEntry
    ) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            try SettingsTable.lock(transaction)
            let isTaken = try transaction.queryOne("select first 1 1 from administrator where name_key = \(administrator.key)") != nil
            let isTooLate = try onlyAsFirst && Self.count(transaction) > 0
            guard !isTaken, !isTooLate else { throw DirectoryError.alreadyExists(administrator.name) }
            try transaction.execute(
                """
                insert into administrator (id, name, name_key, password_hash, role_name, language_code, created_at, changed_at, changed_by)
                values (\(administrator.identifier), \(administrator.name), \(administrator.key), \(password.text), \(administrator.role.rawValue),
                    \(administrator.language.rawValue), \(administrator.createdAt), \(UTCTime.now()), \(node))
                """)
        }
    }

    package func setPassword(_ password: PasswordHash, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let count = try transaction.execute(
                "update administrator set password_hash = \(password.text), changed_at = \(UTCTime.now()), changed_by = \(node) where id = \(identifier)"
            )
            guard count == 1 else { throw DirectoryError.notFound(identifier.description) }
            try transaction.execute("delete from web_session where administrator_id = \(identifier)")
        }
    }

    package func setLanguage(_ language: Language, of identifier: RecordIdentifier) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(unavailable: DirectoryError.unavailable) { transaction in
            let count = try transaction.execute(
                "update administrator set language_code = \(language.rawValue), changed_at = \(UTCTime.now()), changed_by = \(node) where id = \(identifier)"
            )
            guard count == 1 else { throw DirectoryError.notFound(identifier.description) }
        }
    }

    package func deleteAdministrator(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            // Of two deletions at once the second waits here and then counts what the first left.
            try SettingsTable.lock(transaction)
            let isThere = try transaction.queryOne("select first 1 1 from administrator where id = \(identifier)") != nil
            guard isThere else { throw DirectoryError.notFound(identifier.description) }
            guard try Self.count(transaction) > 1 else { throw DirectoryError.lastOne }
            try transaction.execute("delete from administrator where id = \(identifier)")
            try transaction.execute("delete from web_session where administrator_id = \(identifier)")
        }
    }

    private static func count(_ transaction: FirebirdTransaction) throws -> Int {
        try transaction.queryOne("select count(*) from administrator")?.decode(0) ?? 0
    }

    private static func administrator(_ row: FirebirdRow) throws(FirebirdError) -> Administrator {
        Administrator(
            identifier: try row.decode("id"), name: try row.decode("name"), role: try row.word("role_name"),
            language: try row.word("language_code"),
            createdAt: try row.decode("created_at"))
    }
}
