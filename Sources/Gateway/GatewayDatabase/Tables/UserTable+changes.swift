package import DomainsAndUsers
import Firebird
import Mail
package import Settings

/// Changes of users. Each raises the settings' revision first, which keeps all others out until the commit: what is looked up before a
/// row is written still holds then.
extension UserTable {
    package func insert(_ user: User, verifier: SCRAMVerifier?, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            try Self.insert(user, verifier: verifier, node, transaction)
            try Self.insertAliases(user, node, transaction)
        }
    }

    /// Without his aliases.
    static func insert(
        _ user: User, verifier: SCRAMVerifier?, _ node: NodeID, _ transaction: FirebirdTransaction
    ) throws {
        let domain = try domain(of: user.address, transaction)
        try checkFree(user.address, transaction)
        try transaction.execute(
            """
            insert into mail_user (id, domain_id, lookup_key, address, display_name, is_enabled, verifier, created_at, changed_at, changed_by)
            values (\(user.identifier), \(domain), \(user.address.lookupKey), \(user.address.description), \(user.displayName),
                \(user.isEnabled), \(FirebirdValue.octets(verifier?.text)), \(user.createdAt), \(UTCTime.now()), \(node))
            """)
    }

    package func update(_ user: User, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            try Self.updateWithoutAliases(user, node, transaction)
            try Self.insertAliases(user, node, transaction)
        }
    }

    /// Takes his aliases away: `insertAliases` gives him those he is to have.
    static func updateWithoutAliases(_ user: User, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        let count = try transaction.execute(
            """
            update mail_user set display_name = \(user.displayName), is_enabled = \(user.isEnabled), changed_at = \(UTCTime.now()),
                changed_by = \(node) where id = \(user.identifier)
            """)
        guard count == 1 else { throw DirectoryError.notFound(user.address.description) }
        if !user.isEnabled { try endSessions(of: user.identifier, transaction) }
        try transaction.execute("delete from user_alias where user_id = \(user.identifier)")
    }

    package func setVerifier(_ verifier: SCRAMVerifier?, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in try Self.setVerifier(verifier, of: identifier, node, transaction) }
    }

    static func setVerifier(
        _ verifier: SCRAMVerifier?, of identifier: RecordIdentifier, _ node: NodeID, _ transaction: FirebirdTransaction
    ) throws {
        let count = try transaction.execute(
            """
            update mail_user set verifier = \(FirebirdValue.octets(verifier?.text)), changed_at = \(UTCTime.now()), changed_by = \(node)
            where id = \(identifier)
            """)
        guard count == 1 else { throw DirectoryError.notFound(identifier.description) }
        try endSessions(of: identifier, transaction)
    }

    package func deleteUser(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            try Self.endSessions(of: identifier, transaction)
            try transaction.execute("delete from user_alias where user_id = \(identifier)")
            if let key: String = try transaction.queryOne("select lookup_key from mail_user where id = \(identifier)")?.decode(0) {
                try SieveScriptTable.deleteScript(ofUser: key, node, transaction)
            }
            guard try transaction.execute("delete from mail_user where id = \(identifier)") == 1 else {
                throw DirectoryError.notFound(identifier.description)
            }
        }
    }

    /// With a domain go its users with all their aliases, and others' aliases in it.
    static func deleteUsers(of domain: RecordIdentifier, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute("delete from user_session where user_id in (select id from mail_user where domain_id = \(domain))")
        try transaction.execute("delete from user_alias where domain_id = \(domain)")
        try transaction.execute("delete from user_alias where user_id in (select id from mail_user where domain_id = \(domain))")
        try transaction.execute("delete from mail_user where domain_id = \(domain)")
    }

    private func change(
        _ audit: AuditEntry, _ body: @escaping @Sendable (FirebirdTransaction, NodeID) throws -> Void
    ) async throws(DirectoryError) {
        try await DomainTable(sessions: sessions).change(audit, body)
    }

    static func insertAliases(_ user: User, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        let now = UTCTime.now()
        for alias in user.aliases {
            try checkFree(alias, transaction)
            try transaction.execute(
                """
                insert into user_alias (id, user_id, domain_id, lookup_key, address, changed_at, changed_by)
                values (\(RecordIdentifier(milliseconds: now.milliseconds)), \(user.identifier), \(try domain(of: alias, transaction)),
                    \(alias.lookupKey), \(alias.description), \(now), \(node))
                """)
        }
    }

    /// An address belongs to one user, as his own or as an alias.
    private static func checkFree(_ address: EmailAddress, _ transaction: FirebirdTransaction) throws {
        let key = address.lookupKey
        let isTaken = try transaction.queryOne("select first 1 1 from mail_user where lookup_key = \(key)") != nil
        let isAlias = try transaction.queryOne("select first 1 1 from user_alias where lookup_key = \(key)") != nil
        guard !isTaken, !isAlias else { throw DirectoryError.alreadyExists(address.description) }
    }

    private static func domain(of address: EmailAddress, _ transaction: FirebirdTransaction) throws -> RecordIdentifier {
        guard let name = address.domainName else { throw DirectoryError.notFound(address.domain.description) }
        return try DomainTable.existing(name, transaction)
    }
}
