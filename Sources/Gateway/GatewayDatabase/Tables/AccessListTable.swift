package import DomainsAndUsers
package import Filtering
import Firebird
import Mail
import MessageLog
package import Settings

/// The allow and block lists.
package struct AccessListTable: AccessListStore {
    let sessions: DatabaseSessions

    static let columns = "id, list_name, kind, entry_value, domain_name, note, recipient_key"

    package func loadAccessLists(ifNewerThan revision: SettingsRevision) async throws(DirectoryError) -> AccessLists? {
        try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            let row = try transaction.queryOne("select revision from access_list_state where id = 1")
            let newest = SettingsRevision(try row?.decode(0, as: Int64.self) ?? 0)
            guard newest > revision else { return nil }
            let entries = try transaction.query("select \(unsafeSQL: Self.columns) from access_list").map(Self.entry)
            return AccessLists(revision: newest, entries: entries)
        }
    }

    package func accessListEntries(
        _ filter: AccessListFilter, after cursor: AccessListCursor?, limit: Int
    ) async throws(DirectoryError) -> [AccessListEntry] {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append(
                "entry_value >= \(cursor.value) and (entry_value || '' > \(cursor.value) or id || '' > \(cursor.identifier))")
        }
        if let list = filter.list { conditions.append("list_name = \(list.rawValue)") }
        if let kind = filter.kind { conditions.append("kind = \(kind.rawValue)") }
        if !filter.text.isEmpty {
            let part = filter.text.cut(to: AccessListFilter.maximumTextBytes)
            conditions.append(
                "(\(FirebirdQuery.contains("entry_value", part)) or \(FirebirdQuery.contains("note", part)) or \(FirebirdQuery.contains("domain_name", part)))"
            )
        }
        let query: FirebirdQuery = """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from access_list
            \(FirebirdQuery.where(conditions)) order by entry_value, id
            """
        return try await sessions.read(unavailable: DirectoryError.unavailable) { try $0.query(query).map(Self.entry) }
    }

    package func accessListEntry(_ identifier: RecordIdentifier) async throws(DirectoryError) -> AccessListEntry? {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.queryOne("select \(unsafeSQL: Self.columns) from access_list where id = \(identifier)").map(Self.entry)
        }
    }

    package func insert(_ entry: AccessListEntry, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            let present = try transaction.queryOne(
                """
                select first 1 1 from access_list where entry_value = \(entry.value) and list_name = \(entry.list.rawValue)
                    and kind = \(entry.kind.rawValue) and domain_name = \(entry.domain?.ascii ?? "") and recipient_key is null
                """)
            guard present == nil else { throw DirectoryError.alreadyExists(entry.value) }
            try Self.checkRoom(for: 1, transaction)
            try Self.insert(entry, node, transaction)
        }
    }

    static func checkRoom(for count: Int, _ transaction: FirebirdTransaction) throws {
        let present = try transaction.queryOne("select count(*) from access_list")?.decode(0, as: Int.self) ?? 0
        guard present + count <= maximumEntries else {
            throw DirectoryError.full(maximum: maximumEntries, present: present)
        }
    }

    /// An entry that is known to be new.
    static func insert(_ entry: AccessListEntry, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        try transaction.execute(
            """
            insert into access_list (id, list_name, kind, entry_value, domain_name, note, recipient_key, changed_at, changed_by)
            values (\(entry.identifier), \(entry.list.rawValue), \(entry.kind.rawValue), \(entry.value), \(entry.domain?.ascii ?? ""),
                \(entry.note), \(FirebirdValue.optionalText(entry.recipient)), \(UTCTime.now()), \(node))
            """)
    }

    /// A recipient's own entry, within another transaction; one that he has already is passed over, and the opposite one goes.
    /// - Returns: false when he has as many as he may have.
    static func insertOwn(_ entry: AccessListEntry, audit: AuditEntry, _ node: NodeID, _ transaction: FirebirdTransaction) throws -> Bool {
        let revision = try SettingsTable.raiseRevision(by: node, transaction)
        let owner = entry.recipient ?? ""
        let rows = try transaction.query(
            "select list_name, entry_value, kind, id from access_list where recipient_key = \(owner)")
        for row in rows where try row.decode(1) == entry.value && row.decode(2) == entry.kind.rawValue {
            if try row.decode(0) == entry.list.rawValue { return true }
            try transaction.execute("delete from access_list where id = \(try row.decode(3, as: RecordIdentifier.self))")
        }
        guard rows.count < AccessListEntry.maximumOfRecipient else { return false }
        try checkRoom(for: 1, transaction)
        try SettingsHistoryTable.insert(audit, at: revision, node, transaction)
        try insert(entry, node, transaction)
        try note(revision, node, transaction)
        return true
    }

    package func setAccessListNote(_ note: String, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in try Self.setNote(note, of: identifier, node, transaction) }
    }

    static func setNote(
        _ note: String, of identifier: RecordIdentifier, _ node: NodeID, _ transaction: FirebirdTransaction
    ) throws {
        let count = try transaction.execute(
            """
            update access_list set note = \(note), changed_at = \(UTCTime.now()), changed_by = \(node) where id = \(identifier)
            """)
        guard count == 1 else { throw DirectoryError.notFound(identifier.description) }
    }

    package func deleteAccessListEntries(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int {
        try await change(audit) { transaction, _ in
            var count = 0
            for identifier in identifiers { count += try transaction.execute("delete from access_list where id = \(identifier)") }
            return count
        }
    }

    /// Every change raises the settings revision first, which keeps others out until the commit, and notes it as the lists' own.
    private func change<Value: Sendable>(
        _ audit: AuditEntry, _ body: @escaping @Sendable (FirebirdTransaction, NodeID) throws -> Value
    ) async throws(DirectoryError) -> Value {
        let node = sessions.node
        return try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let revision = try SettingsTable.raiseRevision(by: node, transaction)
            try SettingsHistoryTable.insert(audit, at: revision, node, transaction)
            let value = try body(transaction, node)
            try Self.note(revision, node, transaction)
            return value
        }
    }

    /// Within the change that removes a domain: its entries must not be in force again when it is added again.
    static func deleteEntries(of domain: DomainName, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        guard try transaction.execute("delete from access_list where domain_name = \(domain.ascii)") > 0 else { return }
        try note(try SettingsTable.revision(transaction), node, transaction)
    }

    /// The newest revision at which the lists changed.
    static func note(_ revision: SettingsRevision, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        try transaction.execute(
            """
            update or insert into access_list_state (id, revision, changed_at, changed_by)
            values (1, \(revision), \(UTCTime.now()), \(node)) matching (id)
            """)
    }

    static func entry(_ row: FirebirdRow) throws -> AccessListEntry {
        let domain: String = try row.decode(4)
        return AccessListEntry(
            identifier: try row.decode(0), list: try row.word("list_name"), kind: try row.word("kind"), value: try row.decode(3),
            domain: domain.isEmpty ? nil : try DomainName(domain), recipient: try row.decode(6, as: String?.self), note: try row.decode(5))
    }
}
