package import DomainsAndUsers
import Firebird
package import Mail
package import Settings

/// Protected domains with their mail servers. Listed recipients: `DomainTable+recipients.swift`.
package struct DomainTable: DomainStore {
    let sessions: DatabaseSessions

    package func loadDomains() async throws(DirectoryError) -> DomainDirectory {
        try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { try Self.directory($0) }
    }

    static func directory(_ transaction: FirebirdTransaction) throws -> DomainDirectory {
        let revision = try SettingsTable.revision(transaction)
        var servers: [RecordIdentifier: [MailServer]] = [:]
        try transaction.forEach(
            "select domain_id, host, port, priority, security, user_name, user_password from mail_server order by domain_id, list_position, id"
        ) {
            servers[try $0.decode(0), default: []].append(try Self.mailServer($0))
        }
        let keys = try signingKeys(transaction)
        let rows = try transaction.query(
            """
            select d.id, d.name, d.note, exists (select 1 from user_alias a where a.domain_id = d.id) from protected_domain d
            """)
        let domains = try rows.map { row in
            let identifier: RecordIdentifier = try row.decode(0)
            return ProtectedDomain(
                identifier: identifier, name: try DomainName(try row.decode(1, as: String.self)), note: try row.decode(2),
                mailServers: servers[identifier] ?? [], hasAliases: try row.decode(3), signingKeys: keys[identifier] ?? [])
        }
        return DomainDirectory(revision: revision, domains: domains, returnPathKeys: try returnPathKeys(transaction))
    }

    package func insert(_ domain: ProtectedDomain, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in try Self.insert(domain, node, transaction) }
    }

    static func insert(_ domain: ProtectedDomain, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        guard try identifier(of: domain.name, transaction) == nil else { throw DirectoryError.alreadyExists(domain.name.ascii) }
        try transaction.execute(
            """
            insert into protected_domain (id, name, note, changed_at, changed_by)
            values (\(domain.identifier), \(domain.name.ascii), \(note(domain)), \(UTCTime.now()), \(node))
            """)
        try insertServers(domain.mailServers, of: domain.identifier, node, transaction)
    }

    package func update(_ domain: ProtectedDomain, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in try Self.update(domain, node, transaction) }
    }

    static func update(_ domain: ProtectedDomain, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        let identifier = try existing(domain.name, transaction)
        try transaction.execute(
            "update protected_domain set note = \(note(domain)), changed_at = \(UTCTime.now()), changed_by = \(node) where id = \(identifier)"
        )
        try transaction.execute("delete from mail_server where domain_id = \(identifier)")
        try insertServers(domain.mailServers, of: identifier, node, transaction)
    }

    package func delete(_ name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            _ = try Self.existing(name, transaction)
            // Every row of the name: a second one from another site must not take the first one's place.
            for row in try transaction.query("select id from protected_domain where name = \(name.ascii)") {
                let identifier: RecordIdentifier = try row.decode(0)
                try transaction.execute("delete from mail_server where domain_id = \(identifier)")
                try transaction.execute("delete from listed_recipient where domain_id = \(identifier)")
                try transaction.execute("delete from signing_key where domain_id = \(identifier)")
                try UserTable.deleteUsers(of: identifier, transaction)
                try transaction.execute("delete from protected_domain where id = \(identifier)")
            }
            try Self.removeSettings(of: name, by: SettingsHistoryTable.Author(audit, node: node), transaction)
            try AccessListTable.deleteEntries(of: name, node, transaction)
            try ContentRuleTable.deleteRules(of: name, node, transaction)
            try SieveScriptTable.deleteScripts(of: name, node, transaction)
        }
    }

    /// Every change raises the revision first, which keeps others out until the commit.
    func change<Value: Sendable>(
        _ audit: AuditEntry, _ body: @escaping @Sendable (FirebirdTransaction, NodeID) throws -> Value
    ) async throws(DirectoryError) -> Value {
        let node = sessions.node
        return try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let revision = try SettingsTable.raiseRevision(by: node, transaction)
            try SettingsHistoryTable.insert(audit, at: revision, node, transaction)
            return try body(transaction, node)
        }
    }

    /// The oldest row of a name: the one that counts when two sites added it at once.
    static func identifier(of name: DomainName, _ transaction: FirebirdTransaction) throws -> RecordIdentifier? {
        try transaction.queryOne("select first 1 id from protected_domain where name = \(name.ascii) order by id")?.decode(0)
    }

    static func existing(_ name: DomainName, _ transaction: FirebirdTransaction) throws -> RecordIdentifier {
        guard let identifier = try identifier(of: name, transaction) else { throw DirectoryError.notFound(name.ascii) }
        return identifier
    }

    private static func note(_ domain: ProtectedDomain) -> String {
        String(domain.note.unicodeScalars.prefix(ProtectedDomain.maximumNoteBytes))
    }

    private static func insertServers(
        _ servers: [MailServer], of domain: RecordIdentifier, _ node: NodeID, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        let now = UTCTime.now()
        for (position, server) in servers.enumerated() {
            try transaction.execute(
                """
                insert into mail_server (id, domain_id, list_position, host, port, priority, security, user_name, user_password, changed_at,
                    changed_by)
                values (\(RecordIdentifier(milliseconds: now.milliseconds)), \(domain), \(position), \(server.endpoint.host), \(server.endpoint.port),
                    \(server.priority), \(server.security.rawValue), \(FirebirdValue.octets(server.credential?.userName)),
                    \(FirebirdValue.octets(server.credential?.password)), \(now), \(node))
                """)
        }
    }

    /// The domain's settings become tombstones, so that every node learns of it.
    private static func removeSettings(
        of name: DomainName, by author: SettingsHistoryTable.Author, _ transaction: FirebirdTransaction
    ) throws {
        let revision = try SettingsTable.revision(transaction)
        let kind = SettingsScopeKind.domain.rawValue
        let sections: [String] = try transaction.query(
            "select distinct section from setting where scope = \(kind) and scope_owner = \(name.ascii) and setting_value is not null"
        ).map { try $0.decode(0) }
        for section in sections {
            let names: [String] = try transaction.query(
                """
                select name from setting where scope = \(kind) and scope_owner = \(name.ascii) and section = \(section)
                    and setting_value is not null
                """
            ).map { try $0.decode(0) }
            let values = Dictionary(uniqueKeysWithValues: names.map { ($0, String?.none) })
            try SettingsTable.write(
                SettingsChange(scope: .domain(name.ascii), section: section, values: values, basedOn: nil), revision, by: author,
                transaction)
        }
    }

    private static func mailServer(_ row: FirebirdRow) throws(FirebirdError) -> MailServer {
        MailServer(
            endpoint: HostAndPort(host: try row.decode("host"), port: try row.decode("port")), priority: try row.decode("priority"),
            security: try row.word("security"), credential: try credential(row))
    }

    private static func credential(_ row: FirebirdRow) throws(FirebirdError) -> MailServerCredential? {
        guard let name = try row.decode("user_name", as: [UInt8]?.self) else { return nil }
        return MailServerCredential(userName: String(decoding: name, as: UTF8.self), password: try row.octets("user_password"))
    }
}
