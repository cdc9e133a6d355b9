package import DomainsAndUsers
package import Filtering
import Firebird
import Mail
package import Settings

/// The Sieve scripts.
package struct SieveScriptTable: SieveScriptStore {
    let sessions: DatabaseSessions

    private static let partBytes = 8_000
    private static let columns = "s.owner_level, s.owner, s.name, s.is_active, s.changed_at"

    package func loadSieveScripts(changedSince revision: SettingsRevision) async throws(DirectoryError) -> SieveScriptChanges? {
        try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            let row = try transaction.queryOne("select revision from sieve_script_state where id = 1")
            let newest = SettingsRevision(try row?.decode(0, as: Int64.self) ?? 0)
            guard newest > revision else { return nil }
            let owners = try transaction.query("select owner_level, owner from sieve_script").compactMap(Self.owner)
            let rows = try transaction.query(
                "select \(unsafeSQL: Self.columns) from sieve_script s where s.revision > \(revision)")
            let parts = try transaction.query(
                """
                select p.owner_level, p.owner, p.content from sieve_script_part p
                join sieve_script s on s.owner_level = p.owner_level and s.owner = p.owner
                where s.revision > \(revision) order by p.owner_level, p.owner, p.part
                """)
            var texts: [SieveOwner: [UInt8]] = [:]
            for part in parts {
                if let owner = try Self.owner(part) { texts[owner, default: []] += try part.decode(2, as: [UInt8].self) }
            }
            let changed = try rows.compactMap { row in try Self.script(row) { texts[$0] ?? [] } }
            return SieveScriptChanges(revision: newest, changed: changed, present: Set(owners))
        }
    }

    package func sieveScripts(after owner: SieveOwner?, limit: Int) async throws(DirectoryError) -> [SieveScript] {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            // The three levels in their order are in the order of their names.
            let level = FirebirdValue.text(owner?.level.rawValue ?? "")
            let name = FirebirdValue.octets(owner?.name ?? "")
            return try transaction.query(
                """
                select first \(unsafeSQL: String(limit)) \(unsafeSQL: Self.columns) from sieve_script s
                where s.owner_level > \(level) or (s.owner_level = \(level) and s.owner > \(name))
                order by s.owner_level, s.owner
                """
            ).compactMap { row in try Self.script(row) { _ in [] } }
        }
    }

    package func sieveScript(of owner: SieveOwner) async throws(DirectoryError) -> SieveScript? {
        try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            let row = try transaction.queryOne(
                """
                select \(unsafeSQL: Self.columns) from sieve_script s
                where s.owner_level = \(owner.level.rawValue) and s.owner = \(FirebirdValue.octets(owner.name))
                """)
            guard let row else { return nil }
            let parts = try transaction.query(
                """
                select content from sieve_script_part
                where owner_level = \(owner.level.rawValue) and owner = \(FirebirdValue.octets(owner.name)) order by part
                """)
            let bytes = try parts.flatMap { try $0.decode(0, as: [UInt8].self) }
            return try Self.script(row) { _ in bytes }
        }
    }

    package func put(_ script: SieveScript, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, revision, node in
            let owner = script.owner
            try Self.check(owner, transaction)
            let others = try transaction.queryOne(
                """
                select count(*), coalesce(sum(text_bytes), 0) from sieve_script
                where not (owner_level = \(owner.level.rawValue) and owner = \(FirebirdValue.octets(owner.name)))
                """)
            let count = try others?.decode(0, as: Int.self) ?? 0
            let bytes = try others?.decode(1, as: Int.self) ?? 0
            guard count < Self.maximumScripts else { throw DirectoryError.full(maximum: Self.maximumScripts, present: count) }
            guard bytes + script.text.utf8.count <= Self.maximumScriptBytes else {
                throw DirectoryError.full(maximum: Self.maximumScriptBytes, present: bytes)
            }
            try transaction.execute(
                """
                update or insert into sieve_script (owner_level, owner, name, is_active, text_bytes, revision, changed_at, changed_by)
                values (\(owner.level.rawValue), \(FirebirdValue.octets(owner.name)), \(script.name), \(script.isActive),
                    \(script.text.utf8.count), \(revision), \(script.changedAt), \(node))
                matching (owner_level, owner)
                """)
            try Self.deleteParts(owner, transaction)
            let text = Array(script.text.utf8)
            for (part, start) in stride(from: 0, to: text.count, by: Self.partBytes).enumerated() {
                try transaction.execute(
                    """
                    insert into sieve_script_part (owner_level, owner, part, content)
                    values (\(owner.level.rawValue), \(FirebirdValue.octets(owner.name)), \(part),
                        \(FirebirdValue.bytes(Array(text[start..<min(text.count, start + Self.partBytes)]))))
                    """)
            }
        }
    }

    package func deleteSieveScript(of owner: SieveOwner, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, _, _ in
            guard try Self.delete(owner, transaction) else { throw DirectoryError.notFound(owner.description) }
        }
    }

    /// Within the change that removes a domain: its scripts and its users' must not be in force again when it is added again.
    static func deleteScripts(of domain: DomainName, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        let pattern = FirebirdValue.octets("@\(domain.ascii)")
        let users = try transaction.query(
            """
            select owner_level, owner from sieve_script where owner_level = \(SieveOwner.Level.user.rawValue)
                and right(owner, \(domain.ascii.utf8.count + 1)) = \(pattern)
            """
        ).compactMap(owner)
        var isChanged = false
        for owner in users + [.domain(domain)] where try delete(owner, transaction) { isChanged = true }
        if isChanged { try note(try SettingsTable.revision(transaction), node, transaction) }
    }

    /// Within the change that removes a user.
    static func deleteScript(ofUser key: String, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        guard try delete(.user(key), transaction) else { return }
        try note(try SettingsTable.revision(transaction), node, transaction)
    }

    private static func delete(_ owner: SieveOwner, _ transaction: FirebirdTransaction) throws -> Bool {
        try deleteParts(owner, transaction)
        return try transaction.execute(
            """
            delete from sieve_script where owner_level = \(owner.level.rawValue) and owner = \(FirebirdValue.octets(owner.name))
            """) > 0
    }

    private static func deleteParts(_ owner: SieveOwner, _ transaction: FirebirdTransaction) throws {
        try transaction.execute(
            """
            delete from sieve_script_part where owner_level = \(owner.level.rawValue) and owner = \(FirebirdValue.octets(owner.name))
            """)
    }

    /// A domain, and a user's domain, has to be ours: others' mail is not run through scripts.
    private static func check(_ owner: SieveOwner, _ transaction: FirebirdTransaction) throws {
        switch owner {
        case .cluster: return
        case .domain(let name): _ = try DomainTable.existing(name, transaction)
        case .user(let key):
            guard let domain = try? EmailAddress(key).domainName else { throw DirectoryError.notFound(key) }
            _ = try DomainTable.existing(domain, transaction)
        }
    }

    /// Every change raises the settings revision first, which keeps others out until the commit, and notes it as the scripts' own.
    private func change(
        _ audit: AuditEntry, _ body: @escaping @Sendable (FirebirdTransaction, SettingsRevision, NodeID) throws -> Void
    ) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let revision = try SettingsTable.raiseRevision(by: node, transaction)
            try SettingsHistoryTable.insert(audit, at: revision, node, transaction)
            try body(transaction, revision, node)
            try Self.note(revision, node, transaction)
        }
    }

    private static func note(_ revision: SettingsRevision, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        try transaction.execute(
            """
            update or insert into sieve_script_state (id, revision, changed_at, changed_by)
            values (1, \(revision), \(UTCTime.now()), \(node)) matching (id)
            """)
    }

    /// `nil` for a level that this version does not know.
    private static func owner(_ row: FirebirdRow) throws -> SieveOwner? {
        let level: String = try row.decode(0)
        let name: String = try row.octets(1)
        return SieveOwner.Level(rawValue: level).flatMap { SieveOwner(level: $0, name: name) }
    }

    private static func script(_ row: FirebirdRow, text: (SieveOwner) -> [UInt8]) throws -> SieveScript? {
        guard let owner = try owner(row) else { return nil }
        return SieveScript(
            owner: owner, name: try row.decode(2), isActive: try row.decode(3), text: String(decoding: text(owner), as: UTF8.self),
            changedAt: try row.decode(4))
    }
}
