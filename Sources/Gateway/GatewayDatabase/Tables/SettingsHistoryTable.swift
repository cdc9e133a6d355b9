import Firebird
import MessageLog
package import Settings

/// The history of settings and directory. Written within each change's own transaction; read here.
enum SettingsHistoryTable {
    /// Who made a change, where and when.
    struct Author: Sendable {
        let actor: String
        let node: NodeID
        let time: UTCTime

        /// - Parameter entry: the audit row of the change; `nil`: the node by itself.
        init(_ entry: AuditEntry?, node: NodeID) {
            actor = (entry?.actor ?? .node).description
            self.node = node
            time = entry?.time ?? .now()
        }
    }

    /// Longer values are refused before they are stored; longer words of a directory change are cut.
    static let maximumValueBytes = 16_000
    private static let directoryScope = SettingsHistoryFilter.Kind.directory.rawValue
    private static let maximumActorCharacters = 200
    private static let maximumNameCharacters = 1_000
    private static let columns =
        "id, revision, happened_at, actor, node_id, scope, scope_owner, section, name, value_before, value_after"

    /// One setting's change.
    static func insert(
        _ scope: SettingsScope, _ section: String, _ name: String, before: String?, after: String?, at revision: SettingsRevision,
        by author: Author, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        try insert(
            scope.kind.rawValue, scope.owner, section, name, before: before, after: after, at: revision, by: author, transaction)
    }

    /// A change of domains, users or lists, in the words of its audit row.
    static func insert(
        _ entry: AuditEntry, at revision: SettingsRevision, _ node: NodeID, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        let isRemoval = entry.action.hasSuffix(".delete") || entry.action.hasSuffix(".remove")
        let isTold = entry.before != nil || entry.after != nil
        let words = entry.detail.isEmpty ? nil : entry.detail
        try insert(
            directoryScope, "", entry.action.cut(to: 100), entry.target.cut(to: maximumNameCharacters),
            before: isTold ? entry.before : isRemoval ? words : nil, after: isTold ? entry.after : isRemoval ? nil : words,
            at: revision, by: Author(entry, node: node), transaction)
    }

    private static func insert(
        _ scope: String, _ owner: String, _ section: String, _ name: String, before: String?, after: String?,
        at revision: SettingsRevision, by author: Author, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        try transaction.execute(
            """
            insert into settings_change (id, revision, happened_at, actor, node_id, scope, scope_owner, section, name, value_before,
                value_after, changed_at, changed_by)
            values (\(RecordIdentifier(milliseconds: author.time.milliseconds)), \(revision), \(author.time),
                \(author.actor.cut(to: maximumActorCharacters)), \(author.node), \(scope), \(owner), \(section), \(name),
                \(FirebirdValue.octets(before?.cutBytes(to: maximumValueBytes))), \(FirebirdValue.octets(after?.cutBytes(to: maximumValueBytes))),
                \(author.time), \(author.node))
            """)
    }

    /// Removes what is older than `cutoff`, at most `count` rows, but never a row that a younger revision's rows do not follow: what
    /// stays has no gap, whatever the nodes' clocks said.
    /// - Returns: how many went.
    static func remove(before cutoff: UTCTime, count: Int, _ transaction: FirebirdTransaction) throws(FirebirdError) -> Int {
        try transaction.execute(
            """
            delete from settings_change where revision < coalesce(
                (select min(revision) from settings_change where happened_at >= \(cutoff)),
                (select revision + 1 from settings_revision where id = 1)) rows \(unsafeSQL: String(count))
            """)
    }

    /// A row of a scope this program does not know is of a newer one.
    fileprivate static func entry(_ row: FirebirdRow) throws(FirebirdError) -> SettingsHistoryEntry? {
        let kind: String = try row.decode("scope")
        let section: String = try row.decode("section")
        let name: String = try row.decode("name")
        let subject: SettingsHistoryEntry.Subject
        if kind == directoryScope {
            subject = .directory(action: section, target: name)
        } else if let scope = SettingsTable.scope(kind, owner: try row.decode("scope_owner")) {
            subject = .setting(scope, section: section, name: name)
        } else {
            return nil
        }
        return SettingsHistoryEntry(
            identifier: try row.decode("id"), revision: try row.decode("revision"), time: try row.decode("happened_at"),
            actor: try row.decode("actor"), node: try row.decode("node_id"), subject: subject,
            before: try row.optionalOctets("value_before"), after: try row.optionalOctets("value_after"))
    }

    /// The descending index on revision and key gives the rows in order; nothing before the cursor is touched.
    fileprivate static func query(
        _ filter: SettingsHistoryFilter, before cursor: SettingsHistoryCursor?, limit: Int
    ) -> FirebirdQuery {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append("revision <= \(cursor.revision) and (revision + 0 < \(cursor.revision) or id || '' < \(cursor.identifier))")
        }
        if let kind = filter.kind { conditions.append("scope = \(kind.rawValue)") }
        if let owner = filter.owner { conditions.append("scope_owner = \(String(owner.unicodeScalars.prefix(255)))") }
        if let section = filter.section { conditions.append("section = \(String(section.unicodeScalars.prefix(100)))") }
        if !filter.actor.isEmpty { conditions.append("\(FirebirdQuery.contains("actor", filter.actor.cut(to: maximumActorCharacters)))") }
        if let since = filter.since { conditions.append("happened_at >= \(since)") }
        if let until = filter.until { conditions.append("happened_at < \(until)") }
        return """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: columns) from settings_change
            \(FirebirdQuery.where(conditions)) order by revision desc, id desc
            """
    }

    fileprivate static func changes(after earlier: SettingsRevision, upTo later: SettingsRevision, limit: Int) -> FirebirdQuery {
        """
        select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: columns) from settings_change
        where revision > \(earlier) and revision <= \(later) order by revision, id
        """
    }
}

extension SettingsTable {
    package func settingsHistory(
        _ filter: SettingsHistoryFilter, before cursor: SettingsHistoryCursor?, limit: Int
    ) async throws(SettingsError) -> [SettingsHistoryEntry] {
        let query = SettingsHistoryTable.query(filter, before: cursor, limit: limit)
        return try await sessions.read(unavailable: SettingsError.unavailable) {
            try $0.query(query).compactMap(SettingsHistoryTable.entry)
        }
    }

    package func settingsChanges(
        after earlier: SettingsRevision, upTo later: SettingsRevision, limit: Int
    ) async throws(SettingsError) -> [SettingsHistoryEntry] {
        let query = SettingsHistoryTable.changes(after: earlier, upTo: later, limit: limit)
        return try await sessions.read(unavailable: SettingsError.unavailable) {
            try $0.query(query).compactMap(SettingsHistoryTable.entry)
        }
    }

    package func oldestKnownRevision() async throws(SettingsError) -> SettingsRevision {
        try await sessions.read(.snapshotReadOnly, unavailable: SettingsError.unavailable) { transaction in
            let row = try transaction.queryOne("select min(revision) from settings_change")
            // What no row follows is as it is now.
            guard let first = try row?.decode(0, as: SettingsRevision?.self) else { return try Self.revision(transaction) }
            return SettingsRevision(first.number - 1)
        }
    }
}

extension FirebirdRow {
    /// Text of a column that keeps UTF-8 as bytes and may be empty.
    fileprivate func optionalOctets(_ name: String) throws(FirebirdError) -> String? {
        try decode(name, as: [UInt8]?.self).map { String(decoding: $0, as: UTF8.self) }
    }
}
