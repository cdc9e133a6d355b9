package import Administration
package import DomainsAndUsers
import Firebird
import MessageLog
package import Settings

/// The audit log.
package struct AuditTable: AuditStore {
    let sessions: DatabaseSessions

    private static let maximumActorBytes = 200
    private static let maximumTargetBytes = 1000

    package func auditEntries(_ filter: AuditFilter, before cursor: AuditCursor?, limit: Int) async throws(DirectoryError) -> [AuditRecord]
    {
        let query = Self.query(filter, before: cursor, limit: limit)
        return try await sessions.read(unavailable: DirectoryError.unavailable) { try $0.query(query).map(Self.record) }
    }

    package func record(_ entry: AuditEntry) async throws(DirectoryError) {
        try await sessions.write(audited: [entry], unavailable: DirectoryError.unavailable) { _ in }
    }

    /// Writes one entry in the transaction of what it tells of.
    static func insert(_ entry: AuditEntry, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute(
            """
            insert into audit (id, happened_at, actor, node_id, action, target, detail)
            values (\(entry.identifier), \(entry.time), \(entry.actor.description.cut(to: maximumActorBytes)), \(entry.node),
                \(entry.action.cut(to: 100)), \(entry.target.cut(to: maximumTargetBytes)), \(entry.detail.cut(to: AuditEntry.maximumDetailBytes)))
            """)
    }

    /// The descending index on time and key gives the rows in order; nothing before the cursor is touched.
    private static func query(_ filter: AuditFilter, before cursor: AuditCursor?, limit: Int) -> FirebirdQuery {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append("happened_at <= \(cursor.time) and (happened_at + 0 < \(cursor.time) or id || '' < \(cursor.identifier))")
        }
        if let from = filter.from { conditions.append("happened_at >= \(from)") }
        if let until = filter.until { conditions.append("happened_at < \(until)") }
        if !filter.actions.isEmpty { conditions.append("action in (\(list: filter.actions))") }
        if !filter.text.isEmpty {
            let part = filter.text.cut(to: MessageLogFilter.maximumTextBytes)
            conditions.append(
                "(\(FirebirdQuery.contains("actor", part)) or \(FirebirdQuery.contains("action", part)) or \(FirebirdQuery.contains("target", part)) or \(FirebirdQuery.contains("detail", part)))"
            )
        }
        return """
            select first \(unsafeSQL: String(max(1, limit))) id, happened_at, actor, node_id, action, target, detail from audit
            \(FirebirdQuery.where(conditions)) order by happened_at desc, id desc
            """
    }

    private static func record(_ row: FirebirdRow) throws(FirebirdError) -> AuditRecord {
        AuditRecord(
            identifier: try row.decode(0), time: try row.decode(1), actor: try row.decode(2), node: try row.decode(3),
            action: try row.decode(4),
            target: try row.decode(5), detail: try row.decode(6))
    }
}

extension FirebirdQuery {
    /// `where` with all conditions, or nothing.
    static func `where`(_ conditions: [FirebirdQuery]) -> FirebirdQuery {
        guard var result = conditions.first else { return "" }
        for condition in conditions.dropFirst() { result = "\(result) and \(condition)" }
        return "where \(result)"
    }
}
